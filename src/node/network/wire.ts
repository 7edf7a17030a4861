import type { Socket } from 'node:net';
import type { NetworkBackend } from '../../network/backend.ts';
import { FrameReader, packFrame } from '../../network/frame-stream.ts';

/** Bytes that wait for the other machine; what goes beyond is lost, as on a wire. */
const MOST_WAITING = 0x100000;

/** Settings of a wire. */
export interface WireSettings {
  /** Bytes of frames that wait while there is no other end; older ones are lost. Default: 0. */
  readonly kept?: number;
}

/** A wire whose other end is that of a socket, one at a time. Without one frames are lost, but for those that it keeps. */
export class NetworkWire implements NetworkBackend {
  onFrame: (frame: Uint8Array) => boolean = () => true;
  readonly #most: number;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #socket: Socket | undefined;
  readonly #waiting: Uint8Array[] = [];

  constructor({ kept = 0 }: WireSettings = {}) {
    this.#most = kept;
  }

  /** Whether there is another end. */
  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  send(frame: Uint8Array): void {
    const socket = this.#socket;
    if (!socket) this.#keep(frame);
    if (!socket || socket.writableLength > MOST_WAITING) return;
    // All frames of one turn go at once.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(packFrame(frame));
  }

  #keep(frame: Uint8Array): void {
    if (this.#most === 0) return;
    this.#kept.push(frame.slice());
    this.#keptBytes += frame.length;
    while (this.#keptBytes > this.#most) this.#keptBytes -= this.#kept.shift()!.length;
  }

  resume(): void {
    while (this.#waiting.length > 0 && this.onFrame(this.#waiting[0]!)) this.#waiting.shift();
    if (this.#waiting.length === 0) this.#socket?.resume();
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    this.#waiting.length = this.#kept.length = this.#keptBytes = 0;
  }

  /** Has a socket, which is connected, for its other end, in the place of the one before. */
  connect(socket: Socket): void {
    const before = this.#socket;
    this.#socket = socket;
    before?.destroy();
    socket.setNoDelay(true);
    const reader = new FrameReader((frame) => this.#receive(frame));
    socket.on('data', (bytes: Buffer) => {
      // That is no machine: nothing that follows makes sense.
      if (!reader.push(bytes)) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    this.#keptBytes = 0;
    for (const frame of this.#kept.splice(0)) this.send(frame);
    socket.resume();
  }

  #receive(frame: Uint8Array): void {
    if (this.#waiting.length === 0 && this.onFrame(frame)) return;
    this.#waiting.push(frame.slice());
    this.#socket?.pause();
  }
}

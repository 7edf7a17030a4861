import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { NetworkBackend } from '../../network/backend.ts';
import { FrameReader, packFrame } from '../../network/frame-stream.ts';
import type { SocketNetworkOptions } from '../../network/options.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';

/** Bytes that wait for the other machine; what goes beyond is lost, as on a wire. */
const MOST_WAITING = 0x100000;

/** A wire to another machine over TCP. One that listens has one other end at a time; without one frames are lost. */
export class SocketBackend implements NetworkBackend {
  onFrame: (frame: Uint8Array) => boolean = () => true;
  #server: Server | undefined;
  #socket: Socket | undefined;
  readonly #waiting: Uint8Array[] = [];

  private constructor() {}

  /** @throws ConfigurationError if it cannot listen, or there is nobody to connect to */
  static async open({ listen, connect: to }: SocketNetworkOptions): Promise<SocketBackend> {
    const backend = new SocketBackend();
    if (listen) await backend.#listen(listen.host ?? '0.0.0.0', listen.port);
    else if (to) await backend.#connect(to.host, to.port);
    return backend;
  }

  /** Where it listens; 0 where it doesn't. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port ?? 0;
  }

  send(frame: Uint8Array): void {
    const socket = this.#socket;
    if (!socket || socket.writableLength > MOST_WAITING) return;
    // All frames of one turn go at once.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(packFrame(frame));
  }

  resume(): void {
    while (this.#waiting.length > 0 && this.onFrame(this.#waiting[0]!)) this.#waiting.shift();
    if (this.#waiting.length === 0) this.#socket?.resume();
  }

  async close(): Promise<void> {
    this.#server?.close();
    this.#socket?.destroy();
    this.#waiting.length = 0;
  }

  async #listen(host: string, port: number): Promise<void> {
    this.#server = createServer((socket) => this.#arrived(socket));
    this.#server.listen({ host, port });
    await once(this.#server, 'listening').catch((error: unknown) => {
      throw new ConfigurationError(`cannot listen at ${host} port ${port} for a network: ${systemMessage(error)}`);
    });
  }

  async #connect(host: string, port: number): Promise<void> {
    const socket = connect({ host, port });
    await once(socket, 'connect').catch((error: unknown) => {
      throw new ConfigurationError(`cannot connect a network to ${host} port ${port}: ${systemMessage(error)}`);
    });
    this.#take(socket);
  }

  #arrived(socket: Socket): void {
    if (this.#socket) socket.destroy();
    else this.#take(socket);
  }

  #take(socket: Socket): void {
    this.#socket = socket;
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
  }

  #receive(frame: Uint8Array): void {
    if (this.#waiting.length === 0 && this.onFrame(frame)) return;
    this.#waiting.push(frame.slice());
    this.#socket?.pause();
  }
}

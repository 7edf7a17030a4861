import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { NetworkBackend } from '../../../src/network/backend.ts';
import { FrameReader, packFrame } from '../../../src/network/frame-stream.ts';

/** Bytes that wait for the other end before it counts as having no room. */
const MOST_WAITING = 0x40000;

/** Waits for a guest at a port of the loopback, in QEMU's format, and joins it to a network. */
export class StreamGuest implements AsyncDisposable {
  readonly #server: Server;
  /** Called with each frame; it may be lost, doubled, or come later. */
  onGuest: (frame: Uint8Array, send: (frame: Uint8Array) => void) => void = (frame, send) => send(frame);
  onHost: (frame: Uint8Array, send: (frame: Uint8Array) => void) => void = (frame, send) => send(frame);

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(network: NetworkBackend): Promise<StreamGuest> {
    const server = createServer();
    const guest = new StreamGuest(server);
    server.on('connection', (socket) => guest.#join(network, socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return guest;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #join(network: NetworkBackend, socket: Socket): void {
    socket.setNoDelay(true);
    const send = (frame: Uint8Array) => network.send(frame);
    const reader = new FrameReader((frame) => this.onGuest(frame, send));
    socket.on('data', (bytes: Buffer) => reader.push(bytes));
    socket.on('error', () => {});
    socket.on('drain', () => network.resume());
    network.onFrame = (frame) => {
      if (socket.writableLength > MOST_WAITING) return false;
      this.onHost(frame, (frame) => socket.write(packFrame(frame)));
      return true;
    };
    this.#server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

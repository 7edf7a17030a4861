import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { NetworkBackend } from '../../network/backend.ts';
import type { SocketNetworkOptions } from '../../network/options.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';
import { NetworkWire } from './wire.ts';

/** A wire to another machine over TCP. One that listens has one other end at a time; without one frames are lost. */
export class SocketBackend implements NetworkBackend {
  readonly #wire = new NetworkWire();
  #server: Server | undefined;

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

  get onFrame(): (frame: Uint8Array) => boolean {
    return this.#wire.onFrame;
  }

  set onFrame(onFrame: (frame: Uint8Array) => boolean) {
    this.#wire.onFrame = onFrame;
  }

  send(frame: Uint8Array): void {
    this.#wire.send(frame);
  }

  resume(): void {
    this.#wire.resume();
  }

  async close(): Promise<void> {
    this.#server?.close();
    await this.#wire.close();
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
    this.#wire.connect(socket);
  }

  #arrived(socket: Socket): void {
    if (this.#wire.isConnected) socket.destroy();
    else this.#wire.connect(socket);
  }
}

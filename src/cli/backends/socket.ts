import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { ConfigurationError } from '../../index.ts';
import { placeText } from '../../listen-address.ts';
import { type Listening, listen } from '../../node/listen.ts';
import { systemMessage } from '../../node/system-message.ts';
import type { SocketBackend } from './backend.ts';
import type { Connection, ConnectionPeer } from './connection.ts';

/** A Unix or TCP socket: one that listens has one client at a time, and the next one's turn comes when that one leaves. */
export class SocketConnection implements Connection {
  readonly #backend: SocketBackend;
  readonly #tell: (message: string) => void;
  readonly #waiting: Socket[] = [];
  #listening: Listening | undefined;
  #client: Socket | undefined;
  #peer!: ConnectionPeer;
  #onClient: () => void = () => {};

  constructor(backend: SocketBackend, tell: (message: string) => void) {
    this.#backend = backend;
    this.#tell = tell;
  }

  /** @throws ConfigurationError if it cannot listen or connect */
  async open(peer: ConnectionPeer): Promise<void> {
    this.#peer = peer;
    if (this.#backend.isServer) await this.#listen();
    else await this.#connect();
    if (!this.#backend.waits) return;
    this.#tell(`rawiron: waiting for a connection to ${placeText(this.#backend.address)}`);
    await new Promise<void>((resolve) => {
      this.#onClient = resolve;
    });
  }

  async #connect(): Promise<void> {
    const socket = connect(this.#backend.address);
    await once(socket, 'connect').catch((error: unknown) => {
      throw new ConfigurationError(`cannot connect to ${placeText(this.#backend.address)}: ${systemMessage(error)}`);
    });
    this.#take(socket);
  }

  async #listen(): Promise<void> {
    const server = createServer((socket) => this.#arrived(socket));
    this.#listening = await listen(server, this.#backend.address);
  }

  #arrived(socket: Socket): void {
    if (this.#client === undefined) this.#take(socket);
    else {
      this.#waiting.push(socket);
      socket.pause();
      socket.on('error', () => {});
    }
  }

  #take(socket: Socket): void {
    this.#client = socket;
    // A client that goes away is no failure of the machine's.
    socket.on('error', () => {});
    socket.on('close', () => this.#left(socket));
    socket.on('data', (bytes: Buffer) => void this.#receive(socket, bytes));
    // One that has waited was paused.
    socket.resume();
    this.#onClient();
    this.#peer.opened();
  }

  async #receive(socket: Socket, bytes: Uint8Array): Promise<void> {
    socket.pause();
    await this.#peer.receive(bytes);
    socket.resume();
  }

  #left(socket: Socket): void {
    if (socket !== this.#client) return;
    this.#client = undefined;
    let next = this.#waiting.shift();
    while (next?.destroyed) next = this.#waiting.shift();
    if (next) this.#take(next);
  }

  /** What nobody is there to take gets lost. */
  async write(bytes: Uint8Array): Promise<void> {
    const client = this.#client;
    if (client === undefined || client.destroyed) return;
    await new Promise<void>((resolve) => client.write(bytes, () => resolve()));
  }

  async close(): Promise<void> {
    for (const socket of [this.#client, ...this.#waiting]) socket?.destroySoon();
    this.#listening?.stop();
  }
}

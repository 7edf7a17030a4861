import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { ConfigurationError } from '../../index.ts';
import { systemMessage } from '../../node/process/system-message.ts';
import { HALF_OPEN, keepWaiting, serveClient } from '../../node/sockets/client-socket.ts';
import { type Listening, listen, MOST_CLIENTS, nodeAddress } from '../../node/sockets/listen.ts';
import { placeText } from '../../options/listen-address.ts';
import { timerDelay } from '../../util/timer-delay.ts';
import type { SocketBackend } from './backend.ts';
import type { Connection, ConnectionPeer } from './connection.ts';
import { Telnet } from './telnet.ts';

/** A Unix or TCP socket: one that listens has one client at a time, and the next one's turn comes when that one leaves. */
export class SocketConnection implements Connection {
  readonly #backend: SocketBackend;
  readonly #tell: (message: string) => void;
  readonly #waiting: Socket[] = [];
  #listening: Listening | undefined;
  #client: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  #peer!: ConnectionPeer;
  #onClient: () => void = () => {};

  constructor(backend: SocketBackend, tell: (message: string) => void) {
    this.#backend = backend;
    this.#tell = tell;
  }

  /** As QEMU tells it, with the other end's address if there is one. */
  get filename(): string {
    const { isTelnet, isServer } = this.#backend;
    const address = this.#listening?.address ?? this.#backend.address;
    const place = placeText(address).replace(/^tcp:/, isTelnet ? 'telnet:' : 'tcp:') + (isServer ? ',server=on' : '');
    if (this.#client === undefined) return `disconnected:${place}`;
    const { remoteAddress, remotePort } = this.#client;
    return 'path' in address ? place : `${place} <-> ${remoteAddress}:${remotePort}`;
  }

  /** @throws ConfigurationError if it cannot listen or connect */
  async open(peer: ConnectionPeer): Promise<void> {
    this.#peer = peer;
    const { address, isServer, reconnect, waits } = this.#backend;
    if (isServer) await this.#listen();
    else if (reconnect === undefined) await this.#connect();
    else await this.#connectInTime(reconnect);
    if (!waits) return;
    this.#tell(`rawiron: waiting for a connection to ${placeText(address)}`);
    await new Promise<void>((resolve) => {
      this.#onClient = resolve;
    });
  }

  async #connect(): Promise<void> {
    const socket = connect({ ...nodeAddress(this.#backend.address), ...HALF_OPEN });
    await once(socket, 'connect').catch((error: unknown) => {
      throw new ConfigurationError(`cannot connect to ${placeText(this.#backend.address)}: ${systemMessage(error)}`);
    });
    this.#take(socket);
  }

  /** The first time that it fails is told. */
  async #connectInTime(seconds: number): Promise<void> {
    await this.#connect().catch((error: Error) => {
      this.#tell(`rawiron: ${error.message}; trying again every ${seconds} s`);
      this.#connectLater(seconds);
    });
  }

  #connectLater(seconds: number): void {
    if (this.#isClosed) return;
    const again = () => void this.#connect().catch(() => this.#connectLater(seconds));
    this.#retry = setTimeout(again, timerDelay(1000 * seconds));
  }

  async #listen(): Promise<void> {
    const server = createServer(HALF_OPEN, (socket) => this.#arrived(socket));
    server.maxConnections = MOST_CLIENTS;
    this.#listening = await listen(server, this.#backend.address);
  }

  #arrived(socket: Socket): void {
    if (this.#client === undefined) this.#take(socket);
    else {
      this.#waiting.push(socket);
      keepWaiting(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#forget(socket));
    }
  }

  #take(socket: Socket): void {
    if (this.#isClosed) socket.destroy();
    this.#client = socket;
    socket.setNoDelay();
    const telnet = this.#backend.isTelnet && new Telnet();
    if (telnet) socket.write(Telnet.greeting());
    // A client that goes away is no failure of the machine's.
    socket.on('error', () => {});
    socket.on('close', () => this.#left(socket));
    const take = (bytes: Buffer) => this.#peer.receive(telnet ? telnet.decode(bytes) : bytes);
    serveClient(socket, take, () => this.#peer.answers);
    this.#onClient();
    this.#peer.opened();
  }

  #forget(socket: Socket): void {
    const place = this.#waiting.indexOf(socket);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  #left(socket: Socket): void {
    if (socket !== this.#client) return;
    this.#client = undefined;
    const next = this.#waiting.shift();
    if (next) this.#take(next);
    else if (this.#backend.reconnect !== undefined) this.#connectLater(this.#backend.reconnect);
  }

  /** Writes bytes to the client; they are lost if there is none. */
  async write(bytes: Uint8Array): Promise<void> {
    const client = this.#client;
    if (client === undefined || client.destroyed) return;
    const sent = this.#backend.isTelnet ? Telnet.encode(bytes) : bytes;
    await new Promise<void>((resolve) => client.write(sent, () => resolve()));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    for (const socket of [this.#client, ...this.#waiting]) socket?.destroySoon();
    this.#listening?.stop();
  }
}

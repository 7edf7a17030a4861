import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { ConfigurationError } from '../../index.ts';
import { systemMessage } from '../../node/process/system-message.ts';
import { OWN_HOST } from '../../options/listen-address.ts';
import type { DatagramBackend } from './backend.ts';
import type { Connection, ConnectionPeer } from './connection.ts';

/** Largest payload of an IPv4 datagram, in bytes. */
const MOST_BYTES = 65_507;
/** Most bytes that may wait for a device; more are lost, as datagrams may be. */
const MOST_WAITING = 1 << 20;

/** Datagrams of UDP: each write is one. Nobody is said to be there, as nobody can be known to be. */
export class DatagramConnection implements Connection {
  readonly filename = 'udp';
  readonly #backend: DatagramBackend;
  #socket: Socket | undefined;
  #waiting = 0;

  constructor(backend: DatagramBackend) {
    this.#backend = backend;
  }

  /** @throws ConfigurationError if there is no such place, here or there */
  async open(peer: ConnectionPeer): Promise<void> {
    const { remote, local } = this.#backend;
    try {
      const { address, family } = await lookup(remote.host || OWN_HOST, { family: isIP(local.host) });
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
      this.#socket = socket;
      socket.bind({ port: local.port, ...(local.host && { address: local.host }) });
      await once(socket, 'listening');
      socket.connect(remote.port, address);
      await once(socket, 'connect');
      // Where nobody listens at the other end yet, that is no failure.
      socket.on('error', () => {});
      socket.on('message', (bytes) => void this.#receive(bytes, peer));
    } catch (error) {
      const places = `udp:${remote.host}:${remote.port}@${local.host}:${local.port}`;
      throw new ConfigurationError(`cannot open ${places}: ${systemMessage(error)}`);
    }
  }

  async #receive(bytes: Uint8Array, peer: ConnectionPeer): Promise<void> {
    if (this.#waiting + bytes.length > MOST_WAITING) return;
    this.#waiting += bytes.length;
    await peer.receive(bytes);
    this.#waiting -= bytes.length;
  }

  /** Sends bytes; those that cannot be sent are lost. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += MOST_BYTES) await this.#send(bytes.subarray(at, at + MOST_BYTES));
  }

  async #send(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#socket === undefined) resolve();
      else this.#socket.send(bytes, () => resolve());
    });
  }

  async close(): Promise<void> {
    this.#socket?.close();
    this.#socket = undefined;
  }
}

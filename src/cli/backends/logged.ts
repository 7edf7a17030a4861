import type { RingBuffer } from '../../util/ring-buffer.ts';
import type { Connection, ConnectionPeer } from './connection.ts';

/** A connection that writes to a file, too, what the device sends. */
export class LoggedConnection implements Connection {
  readonly #connection: Connection;
  readonly #log: Connection;

  constructor(connection: Connection, log: Connection) {
    this.#connection = connection;
    this.#log = log;
  }

  get filename(): string {
    return this.#connection.filename;
  }

  get buffer(): RingBuffer | undefined {
    return this.#connection.buffer;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#log.write(bytes);
    await this.#connection.write(bytes);
  }

  async open(peer: ConnectionPeer): Promise<void> {
    await this.#connection.open(peer);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}

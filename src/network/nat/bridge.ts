import type { HostStream, StreamEvents, Timers } from '../host.ts';
import type { TcpConnection, TcpUser } from '../tcp/connection.ts';
import { CHUNK, type ChunkPool } from './chunk-pool.ts';

/**
 * Joins a guest's connection and a stream of the host: bytes, ends and resets pass both ways, and who cannot take more holds
 * the other one back.
 */
export class Bridge {
  readonly #timers: Timers;
  #connection: TcpConnection | undefined;
  #stream: HostStream | undefined;
  /** The bytes from the guest in this turn. */
  #chunk: Uint8Array | undefined;
  #filled = 0;
  #willFlush = false;
  /** Writes that the host has not taken yet. */
  #underWay = 0;
  #hasGuestEnded = false;
  readonly #pool: ChunkPool;

  constructor(timers: Timers, pool: ChunkPool) {
    this.#timers = timers;
    this.#pool = pool;
  }

  /** Handlers for events at the guest's end. */
  readonly user: TcpUser = {
    opened: () => this.#stream?.setReading(true),
    data: (bytes) => this.#fromGuest(bytes),
    ended: () => this.#guestEnded(),
    hasRoom: () => this.#stream?.setReading(true),
    closed: (why) => this.#guestClosed(why),
  };

  /** Handlers for events at the host's end once it is open. */
  readonly events: StreamEvents = {
    opened: () => {},
    data: (bytes) => this.#fromHost(bytes),
    ended: () => this.#connection?.end(),
    failed: () => this.#hostFailed(),
  };

  join(connection: TcpConnection, stream: HostStream): void {
    this.#connection = connection;
    this.#stream = stream;
  }

  #fromHost(bytes: Uint8Array): void {
    this.#connection?.push(bytes);
    if (this.#connection?.isFull) this.#stream?.setReading(false);
  }

  #fromGuest(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      this.#chunk ??= this.#pool.take();
      const count = Math.min(bytes.length - at, CHUNK - this.#filled);
      this.#chunk.set(count === bytes.length ? bytes : bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === CHUNK) this.#flush();
    }
    if (this.#willFlush || this.#filled === 0) return;
    this.#willFlush = true;
    this.#timers.soon(() => {
      this.#willFlush = false;
      this.#flushUnlessBusy();
    });
  }

  /** While the host has not taken what was written, bytes gather: a guest that sends them one by one would have it keep a chunk for each. */
  #flushUnlessBusy(): void {
    if (this.#underWay === 0) this.#flush();
  }

  #flush(): void {
    const chunk = this.#chunk;
    const count = this.#filled;
    if (!chunk || count === 0) return;
    this.#chunk = undefined;
    this.#filled = 0;
    const isLent = count > CHUNK / 2;
    const bytes = isLent ? chunk.subarray(0, count) : chunk.slice(0, count);
    if (!isLent) this.#pool.give(chunk);
    this.#underWay++;
    this.#stream?.write(bytes, () => {
      if (isLent) this.#pool.give(chunk);
      this.#underWay--;
      this.#connection?.consumed(count);
      this.#flushUnlessBusy();
    });
  }

  #guestEnded(): void {
    this.#hasGuestEnded = true;
    this.#flush();
    this.#stream?.end();
  }

  #guestClosed(why: 'ended' | 'reset' | 'timeout'): void {
    const stream = this.#stream;
    this.#connection = undefined;
    // Both have ended: the host closes by itself when it has sent all.
    if (why !== 'ended' || !this.#hasGuestEnded) stream?.destroy();
    this.#release();
  }

  #hostFailed(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#release();
    connection?.abort();
  }

  #release(): void {
    this.#stream = undefined;
    this.#chunk = undefined;
    this.#filled = 0;
  }
}

/**
 * Flow control between a machine's isolate and its host: of a stream's bytes at most so many are on their way, or wait
 * at the other side. The receiver tells how many it has taken, and the sender then sends as many more.
 */

interface Write {
  rest: Uint8Array;
  resolve(): void;
  reject(error: Error): void;
}

/** The sending end of a stream. What the credit does not cover waits here. */
export class Outflow {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #writes: Write[] = [];
  #credit: number;
  #closed: Error | undefined;

  /** `send` gets bytes of its own, at most `credit` in all that were not taken. */
  constructor(credit: number, send: (bytes: Uint8Array) => void) {
    this.#credit = credit;
    this.#send = send;
  }

  /**
   * Resolves when all bytes have been sent; until then they must not change. Rejects when the stream is closed, but a
   * write that nobody waits for is no unhandled rejection if it was made before.
   */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closed);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {});
    this.#writes.push({ rest: bytes, resolve, reject });
    this.#sendMore();
    return promise;
  }

  /** Bytes that have not been sent yet. */
  get waiting(): number {
    return this.#writes.reduce((sum, { rest }) => sum + rest.length, 0);
  }

  /** The other side has taken so many bytes. */
  taken(length: number): void {
    this.#credit += length;
    this.#sendMore();
  }

  /** Writes that wait, and later ones, are rejected. */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const { reject } of this.#writes.splice(0)) reject(this.#closed);
  }

  #sendMore(): void {
    while (this.#writes.length > 0) {
      const [write] = this.#writes as [Write];
      this.#sendPart(write);
      if (write.rest.length > 0) return;
      this.#writes.shift();
      write.resolve();
    }
  }

  /** A copy: a message would carry the whole buffer that a part belongs to. */
  #sendPart(write: Write): void {
    const part = new Uint8Array(write.rest.subarray(0, this.#credit));
    if (part.length === 0) return;
    this.#credit -= part.length;
    write.rest = write.rest.subarray(part.length);
    this.#send(part);
  }
}

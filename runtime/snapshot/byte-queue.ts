/** A first-in first-out queue of bytes that grows as needed; both ends cost constant time. */
export class ByteQueue {
  #buffer = new Uint8Array(64);
  #head = 0;
  #tail = 0;

  /** Bytes waiting. */
  get length(): number {
    return this.#tail - this.#head;
  }

  push(bytes: ArrayLike<number>): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#tail);
    this.#tail += bytes.length;
  }

  /** Takes the oldest byte; undefined if there is none. */
  shift(): number | undefined {
    return this.#head === this.#tail ? undefined : this.#buffer[this.#head++];
  }

  /** The oldest bytes, at most `count`, which stay. Valid until the queue changes. */
  peek(count: number): Uint8Array {
    return this.#buffer.subarray(this.#head, Math.min(this.#head + count, this.#tail));
  }

  /** Drops the oldest bytes; there must be so many. */
  drop(count: number): void {
    this.#head += count;
    if (this.#head === this.#tail) this.clear();
  }

  clear(): void {
    this.#head = 0;
    this.#tail = 0;
  }

  /** A copy of what waits, oldest first. */
  toBytes(): Uint8Array {
    return this.#buffer.slice(this.#head, this.#tail);
  }

  #reserve(count: number): void {
    if (this.#tail + count <= this.#buffer.length) return;
    const waiting = this.toBytes();
    const needed = waiting.length + count;
    // Doubling keeps the cost of moving bytes down to a constant for each byte.
    this.#buffer = new Uint8Array(Math.max(64, needed * 2));
    this.#buffer.set(waiting);
    this.#head = 0;
    this.#tail = waiting.length;
  }
}

/** Bytes that a page keeps at a time for all connections of a network. */
export class ByteRoom {
  /** Bytes of one thing at most. */
  readonly most: number;
  #free: number;

  constructor(bytes: number) {
    this.most = bytes;
    this.#free = bytes;
  }

  /** @returns whether there is room for so many bytes; it is taken then */
  take(bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }

  /** Gives taken room back. */
  give(bytes: number): void {
    this.#free += bytes;
  }
}

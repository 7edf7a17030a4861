const LEAST = 0x2000;
/** Bytes of memory that are kept where nothing is in it. */
const MOST_KEPT = 0x10000;

/** Bytes in a row: they come in at the end, are looked at anywhere, and go at the start. It grows as is needed. */
export class ByteRing {
  #bytes = new Uint8Array(0);
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(source: Uint8Array): void {
    if (this.#length + source.length > this.#bytes.length) this.#grow(this.#length + source.length);
    const mask = this.#bytes.length - 1;
    const at = (this.#start + this.#length) & mask;
    const first = Math.min(source.length, this.#bytes.length - at);
    this.#bytes.set(first === source.length ? source : source.subarray(0, first), at);
    if (first < source.length) this.#bytes.set(source.subarray(first), 0);
    this.#length += source.length;
  }

  /** Copies bytes from an offset on, all of which must be there. */
  copy(offset: number, length: number, target: Uint8Array, at: number): void {
    const from = (this.#start + offset) & (this.#bytes.length - 1);
    const first = Math.min(length, this.#bytes.length - from);
    target.set(this.#bytes.subarray(from, from + first), at);
    if (first < length) target.set(this.#bytes.subarray(0, length - first), at + first);
  }

  /** Forgets the first bytes. */
  drop(count: number): void {
    this.#start = (this.#start + count) & Math.max(this.#bytes.length - 1, 0);
    this.#length -= count;
    if (this.#length === 0 && this.#bytes.length > MOST_KEPT) this.clear();
  }

  /** Forgets all, and gives its memory back. */
  clear(): void {
    this.#bytes = new Uint8Array(0);
    this.#start = 0;
    this.#length = 0;
  }

  #grow(needed: number): void {
    let size = Math.max(this.#bytes.length, LEAST);
    while (size < needed) size *= 2;
    const bytes = new Uint8Array(size);
    if (this.#length > 0) this.copy(0, this.#length, bytes, 0);
    this.#bytes = bytes;
    this.#start = 0;
  }
}

import { checkedInteger } from './checks.ts';

/** Largest length of an array of bytes. */
const MOST = 2 ** 31 - 1;

/** The last bytes that were written, until they are read (QEMU's character device of this name). */
export class RingBuffer {
  readonly #bytes: Uint8Array;
  #start = 0;
  #length = 0;

  /** @param size in bytes */
  constructor(size: number) {
    this.#bytes = new Uint8Array(checkedInteger('the size of a ring buffer', size, 1, MOST));
  }

  /** Writes bytes; the oldest ones are dropped where there is no room. */
  write(bytes: Uint8Array): void {
    const size = this.#bytes.length;
    for (const byte of bytes.subarray(Math.max(0, bytes.length - size))) {
      this.#bytes[(this.#start + this.#length) % size] = byte;
      if (this.#length < size) this.#length++;
      else this.#start = (this.#start + 1) % size;
    }
  }

  /** Takes the oldest bytes, as many as there are of those that are asked for. */
  read(most: number): Uint8Array {
    const length = Math.min(most, this.#length);
    const bytes = Uint8Array.from({ length }, (_, n) => this.#bytes[(this.#start + n) % this.#bytes.length]!);
    this.#start = (this.#start + length) % this.#bytes.length;
    this.#length -= length;
    return bytes;
  }
}

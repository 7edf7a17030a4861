import type { Field, Saved } from './describe.ts';

/**
 * A drive's buffer, which grows as needed. It holds `end` bytes; those before `position` have been moved, those before
 * `blockEnd` may be.
 */
export class TransferBuffer {
  position = 0;
  blockEnd = 0;
  #bytes = new Uint8Array(512);
  #end = 0;

  get end(): number {
    return this.#end;
  }

  /** Bytes that are still to be moved. */
  get left(): number {
    return this.#end - this.position;
  }

  clear(): void {
    this.begin(0);
  }

  /** Room for `length` bytes; it doesn't count as filled before `begin`. */
  room(length: number): Uint8Array {
    if (length > this.#bytes.length) {
      const held = this.contents;
      this.#bytes = new Uint8Array(length);
      this.#bytes.set(held);
    }
    return this.#bytes.subarray(0, length);
  }

  /** Its first `length` bytes are to be moved: those that `room` was filled with, or from outside. */
  begin(length: number): void {
    this.room(length);
    this.position = 0;
    this.blockEnd = 0;
    this.#end = length;
  }

  /** All of these bytes are to be moved, from the first one on. */
  put(bytes: Uint8Array): void {
    this.room(bytes.length).set(bytes);
    this.begin(bytes.length);
  }

  /** All that it holds. */
  get contents(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** Bytes that have not been moved yet. */
  get rest(): Uint8Array {
    return this.#bytes.subarray(this.position, this.#end);
  }

  /** The next block, `length` bytes at most. */
  beginBlock(length: number): void {
    this.blockEnd = Math.min(this.position + length, this.#end);
  }

  get blockMoved(): boolean {
    return this.position >= this.blockEnd;
  }

  /** Unsigned; `size` 2 or 4. Bytes beyond the block are 0. */
  take(size: number): number {
    const at = this.position;
    this.position = Math.min(at + size, this.blockEnd);
    let value = 0;
    for (let n = this.position - 1; n >= at; n--) value = (value << 8) | this.#bytes[n];
    return value >>> 0;
  }

  /** Bytes of the value beyond the block are lost. */
  give(size: number, value: number): void {
    const end = Math.min(this.position + size, this.blockEnd);
    for (; this.position < end; this.position++, value >>>= 8) this.#bytes[this.position] = value;
  }

  /** As many `take`s as fill `target` within the block; bytes taken. */
  takeMany(target: Uint8Array): number {
    const count = Math.min(target.length, this.blockEnd - this.position);
    target.set(this.#bytes.subarray(this.position, this.position + count));
    this.position += count;
    return count;
  }

  giveMany(source: Uint8Array): number {
    const count = Math.min(source.length, this.blockEnd - this.position);
    this.#bytes.set(source.subarray(0, count), this.position);
    this.position += count;
    return count;
  }
}

/** Such a buffer of `mostBytes` at most. */
export function transferBuffer(mostBytes: number): Field<TransferBuffer> {
  const shown = (buffer: TransferBuffer) => `${buffer.position} ${buffer.blockEnd} ${buffer.contents.join(' ')}`;
  return {
    create: () => new TransferBuffer(),
    save: (buffer) => ({ bytes: buffer.contents.slice(), position: buffer.position, blockEnd: buffer.blockEnd }),
    load(buffer, saved, path = '') {
      const { bytes, position, blockEnd } = saved as { readonly [name: string]: Saved };
      if (!(bytes instanceof Uint8Array) || typeof position !== 'number' || typeof blockEnd !== 'number') {
        throw new Error(`${path}: expected bytes, position and blockEnd`);
      }
      const isPlace = (place: number): boolean => Number.isInteger(place) && place >= 0 && place <= bytes.length;
      if (!isPlace(position) || !isPlace(blockEnd) || bytes.length > mostBytes) {
        throw new Error(`${path}: position ${position} and blockEnd ${blockEnd} do not fit ${bytes.length} bytes`);
      }
      buffer.put(bytes);
      return Object.assign(buffer, { position, blockEnd });
    },
    compare(left, right, path = '') {
      const [a, b] = [shown(left), shown(right)];
      return a === b ? [] : [{ path, left: a, right: b }];
    },
    show: (buffer, path = '') => [`${path}: ${buffer.end} bytes, ${buffer.position} moved`],
  };
}

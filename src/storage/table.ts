/** A part of an image's metadata in memory, with the range that the file doesn't have yet. */
export class Table {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #dirtyFrom = Number.POSITIVE_INFINITY;
  #dirtyTo = 0;

  /** @param offset where it is in the file */
  constructor(offset: number, bytes: Uint8Array) {
    this.offset = offset;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isDirty(): boolean {
    return this.#dirtyTo > 0;
  }

  /** Says that bytes were changed. */
  touch(from: number, to: number): void {
    this.#dirtyFrom = Math.min(this.#dirtyFrom, from);
    this.#dirtyTo = Math.max(this.#dirtyTo, to);
  }

  /** Writes what was changed. It stays dirty if that fails. */
  async writeTo(store: { write(offset: number, source: Uint8Array): Promise<void> }): Promise<void> {
    if (!this.isDirty) return;
    await store.write(this.offset + this.#dirtyFrom, this.bytes.subarray(this.#dirtyFrom, this.#dirtyTo));
    this.#dirtyFrom = Number.POSITIVE_INFINITY;
    this.#dirtyTo = 0;
  }
}

/** An entry of 64 bits as two words: numbers of JavaScript hold no 64 bits. */
export interface Entry {
  readonly high: number;
  readonly low: number;
}

export function getEntry(table: Table, index: number): Entry {
  return { high: table.view.getUint32(index * 8), low: table.view.getUint32(index * 8 + 4) };
}

export function setEntry(table: Table, index: number, { high, low }: Entry): void {
  table.view.setUint32(index * 8, high);
  table.view.setUint32(index * 8 + 4, low);
  table.touch(index * 8, index * 8 + 8);
}

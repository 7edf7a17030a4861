import { type ByteStore, checkRange, checkWritable, StorageError } from './store.ts';

const PAGE = 1 << 16;

/** Bytes in memory. Pages that were never written take none. */
export class MemoryStore implements ByteStore {
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly #pages = new Map<number, Uint8Array>();
  #size = 0;
  #isOpen = true;

  constructor(name: string, content: Uint8Array = new Uint8Array(), isReadOnly = false) {
    this.name = name;
    this.isReadOnly = isReadOnly;
    this.#copyIn(0, content);
  }

  get identity(): string {
    return `memory:${this.name}`;
  }

  get size(): number {
    return this.#size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    this.#checkOpen();
    checkRange(this, offset, target.length);
    forEachPart(offset, target.length, PAGE, (page, within, at, length) => {
      const bytes = this.#pages.get(page)?.subarray(within, within + length);
      if (bytes) target.set(bytes, at);
      else target.fill(0, at, at + length);
    });
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.#checkOpen();
    checkWritable(this);
    this.#copyIn(offset, source);
  }

  async resize(size: number): Promise<void> {
    this.#checkOpen();
    checkWritable(this);
    for (const page of [...this.#pages.keys()]) if (page * PAGE >= size) this.#pages.delete(page);
    this.#pages.get(Math.floor(size / PAGE))?.fill(0, size % PAGE);
    this.#size = size;
  }

  async flush(): Promise<void> {
    this.#checkOpen();
  }

  async close(): Promise<void> {
    this.#isOpen = false;
  }

  #copyIn(offset: number, source: Uint8Array): void {
    forEachPart(offset, source.length, PAGE, (page, within, at, length) => {
      const bytes = this.#pages.get(page) ?? new Uint8Array(PAGE);
      bytes.set(source.subarray(at, at + length), within);
      this.#pages.set(page, bytes);
    });
    this.#size = Math.max(this.#size, offset + source.length);
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw new StorageError(this, 'is closed');
  }
}

/** Cuts a range at the bounds of pages. `act` gets the page's number, the place in it, the place in the range, and a length. */
export function forEachPart(
  offset: number,
  length: number,
  pageSize: number,
  act: (page: number, within: number, at: number, length: number) => void,
): void {
  for (let at = 0; at < length; ) {
    const page = Math.floor((offset + at) / pageSize);
    const within = offset + at - page * pageSize;
    const part = Math.min(pageSize - within, length - at);
    act(page, within, at, part);
    at += part;
  }
}

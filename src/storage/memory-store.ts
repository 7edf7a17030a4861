import { areZeroFrames } from '../../runtime/memory/frame-contents.ts';
import { type Allocation, type ByteStore, checkRange, checkWritable, StorageError } from './store.ts';

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
    this.#fill(content);
  }

  /** All zeros, which take no memory. */
  static empty(name: string, size: number, isReadOnly: boolean): MemoryStore {
    const store = new MemoryStore(name, undefined, isReadOnly);
    store.#size = size;
    return store;
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
    for (const { page, within, at, length } of partsOf(offset, target.length, PAGE)) {
      const bytes = this.#pages.get(page)?.subarray(within, within + length);
      if (bytes) target.set(bytes, at);
      else target.fill(0, at, at + length);
    }
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.#checkOpen();
    checkWritable(this);
    this.#copyIn(offset, source);
  }

  /** Changes what it holds, also where those who have it may only read. */
  put(offset: number, source: Uint8Array): void {
    this.#copyIn(offset, source);
  }

  allocation(offset: number): Allocation {
    const first = Math.floor(offset / PAGE);
    const isHole = !this.#pages.has(first);
    let page = first + 1;
    while (isHole && page * PAGE < this.#size && !this.#pages.has(page)) page++;
    return { isHole, length: Math.min(page * PAGE, this.#size) - offset };
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

  /** Takes what is not zero of its first contents. */
  #fill(content: Uint8Array): void {
    for (let at = 0; at < content.length; at += PAGE) {
      const part = content.subarray(at, at + PAGE);
      if (!areZeroFrames(part)) this.#copyIn(at, part);
    }
    this.#size = content.length;
  }

  #copyIn(offset: number, source: Uint8Array): void {
    for (const { page, within, at, length } of partsOf(offset, source.length, PAGE)) {
      const bytes = this.#pages.get(page) ?? new Uint8Array(PAGE);
      bytes.set(source.subarray(at, at + length), within);
      this.#pages.set(page, bytes);
    }
    this.#size = Math.max(this.#size, offset + source.length);
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw new StorageError(this, 'is closed');
  }
}

/** A part of a range that is within one page. */
interface RangePart {
  /** The page's number, and the place in it. */
  readonly page: number;
  readonly within: number;
  /** The place in the range. */
  readonly at: number;
  readonly length: number;
}

/** Cuts a range at the bounds of pages. */
export function* partsOf(offset: number, length: number, pageSize: number): Generator<RangePart> {
  for (let at = 0; at < length; ) {
    const page = Math.floor((offset + at) / pageSize);
    const within = offset + at - page * pageSize;
    const part = Math.min(pageSize - within, length - at);
    yield { page, within, at, length: part };
    at += part;
  }
}

import { partsOf } from '../memory-store.ts';
import { type ByteStore, checkRange, StorageError } from '../store.ts';
import { type HttpOptions, RemoteFile } from './remote-file.ts';

/** Bytes that are asked for and kept together. */
const BLOCK = 1 << 16;
/** Blocks that one request asks for at most. */
const MOST_REQUESTED = 16;
/** Blocks that are kept: 32 MB. */
const MOST_KEPT = 512;

/**
 * A file on a web server, read in parts by HTTP range requests. What was used last is kept; a reader that goes forward is
 * read ahead of.
 */
export class HttpStore implements ByteStore {
  readonly isReadOnly = true;
  readonly identity: string;
  readonly #file: RemoteFile;
  /** Blocks, those used last at the end; some are still being fetched. */
  readonly #blocks = new Map<number, Promise<Uint8Array>>();
  /** The block after the last request, and how many it asked for. */
  #next = -1;
  #requested = 0;

  private constructor(address: string, file: RemoteFile) {
    this.identity = address;
    this.#file = file;
  }

  /**
   * @throws StorageError if it is to be written, is not there, or the server cannot send parts of it
   */
  static async open(address: string, access: 'read' | 'write', options: HttpOptions = {}): Promise<HttpStore> {
    const file = new RemoteFile(address, options);
    if (access === 'write') {
      throw new StorageError(
        file,
        'is on a web server, where it can only be read: have changes forgotten (snapshot: true; -snapshot), forbid them (readOnly: true; readonly=on), or make an image that has it as its backing file',
      );
    }
    const store = new HttpStore(address, file);
    await store.#request(0, 1);
    return store;
  }

  get name(): string {
    return this.#file.name;
  }

  get size(): number {
    return this.#file.size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    // What is kept belongs to what isn't there any more.
    this.#file.check();
    const window = BLOCK * MOST_REQUESTED;
    for (const { page, within, at, length } of partsOf(offset, target.length, window)) {
      await this.#readWindow(page * window + within, target.subarray(at, at + length));
    }
  }

  /** Reads what few requests can get: all of them are under way at once. */
  async #readWindow(offset: number, target: Uint8Array): Promise<void> {
    this.#want(Math.floor(offset / BLOCK), Math.ceil((offset + target.length) / BLOCK));
    const parts = [...partsOf(offset, target.length, BLOCK)];
    const blocks = await Promise.all(parts.map(({ page }) => this.#use(page)));
    for (const [n, { within, at, length }] of parts.entries()) {
      target.set(blocks[n].subarray(within, within + length), at);
    }
  }

  async write(): Promise<void> {
    throw new StorageError(this, 'is open for reading only');
  }

  async resize(): Promise<void> {
    throw new StorageError(this, 'is open for reading only');
  }

  async flush(): Promise<void> {}

  async version(): Promise<string> {
    return this.#file.version;
  }

  abandon(): void {
    this.#file.close();
  }

  async close(): Promise<void> {
    this.#blocks.clear();
    this.#file.close();
  }

  /** A block that is there, or under way. */
  #use(block: number): Promise<Uint8Array> {
    const bytes = this.#blocks.get(block)!;
    this.#blocks.delete(block);
    this.#blocks.set(block, bytes);
    return bytes;
  }

  /** Asks for what isn't there of these blocks. None of the others is the next to be forgotten then. */
  #want(first: number, end: number): void {
    for (let block = first; block < end; block++) if (this.#blocks.has(block)) this.#use(block);
    for (let block = first; block < end; block++) {
      if (this.#blocks.has(block)) continue;
      const isForward = block === this.#next;
      const most = isForward ? Math.min(MOST_REQUESTED, this.#requested * 2) : 1;
      void this.#request(block, this.#missing(block, Math.max(most, end - block)));
    }
  }

  /** How many blocks in a row are missing, up to `most`. */
  #missing(first: number, most: number): number {
    const end = Math.min(first + most, Math.ceil(this.size / BLOCK));
    let block = first + 1;
    while (block < end && !this.#blocks.has(block)) block++;
    return block - first;
  }

  /** Resolves, or rejects, when the first of the blocks does. */
  #request(first: number, count: number): Promise<Uint8Array> {
    const all = this.#file.read(first * BLOCK, count * BLOCK);
    for (let n = 0; n < count; n++) {
      const bytes = all.then((whole) => whole.slice(n * BLOCK, (n + 1) * BLOCK));
      this.#blocks.set(first + n, bytes);
      // Nobody may wait for what was read ahead. What failed is asked for again.
      bytes.catch(() => this.#blocks.get(first + n) === bytes && this.#blocks.delete(first + n));
    }
    this.#next = first + count;
    this.#requested = count;
    while (this.#blocks.size > MOST_KEPT) this.#blocks.delete(this.#blocks.keys().next().value!);
    return this.#blocks.get(first)!;
  }
}

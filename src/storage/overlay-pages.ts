import { allocateShared } from '../../runtime/memory/ram.ts';
import type { ByteStore, Disk } from './store.ts';

/** Bytes that are kept together. */
export const OVERLAY_PAGE = 1 << 14;
/** Bytes of memory that the changes of a disk take before others go to the host's scratch space. */
const MOST_MEMORY = 64 << 20;

/** Pages with their numbers, ascending, four bytes each, low byte first. */
export interface SavedPages {
  readonly numbers: Uint8Array;
  readonly contents: Uint8Array;
}

/** Where changes are kept that memory is not to hold. */
export interface Scratch {
  /**
   * A store that nobody else sees, and that is gone with the process at the latest.
   * @throws StorageError
   */
  open(): Promise<ByteStore>;
}

/**
 * Pages of a disk that were changed: the first ones in memory, those after them in the host's scratch space. A page stays
 * where it is. Calls must not overlap.
 */
export class OverlayPages {
  /** Where each page is: places before {@link #memoryPages} are in memory, the others in the store. */
  readonly #places = new Map<number, number>();
  readonly #memory: Uint8Array[] = [];
  readonly #memoryPages: number;
  readonly #scratch: Scratch | undefined;
  #store: ByteStore | undefined;

  /**
   * @param scratch missing: memory holds all
   * @param mostMemory bytes
   */
  constructor(scratch?: Scratch, mostMemory = MOST_MEMORY) {
    this.#scratch = scratch;
    this.#memoryPages = scratch ? Math.floor(mostMemory / OVERLAY_PAGE) : Number.POSITIVE_INFINITY;
  }

  /** Bytes of memory that pages take. */
  get memory(): number {
    return this.#memory.length * OVERLAY_PAGE;
  }

  has(page: number): boolean {
    return this.#places.has(page);
  }

  /** Keeps a page that wasn't there before. */
  async add(page: number, bytes: Uint8Array): Promise<void> {
    const place = this.#places.size;
    if (place < this.#memoryPages) this.#memory[place] = bytes;
    else await (await this.#openStore()).write(this.#offset(place), bytes);
    this.#places.set(page, place);
  }

  /** Reads bytes of a page that is there, from a place within it. */
  async read(page: number, within: number, target: Uint8Array): Promise<void> {
    const place = this.#places.get(page)!;
    if (place < this.#memoryPages) target.set(this.#memory[place].subarray(within, within + target.length));
    else await this.#store!.read(this.#offset(place) + within, target);
  }

  /** Writes bytes of a page that is there. */
  async write(page: number, within: number, source: Uint8Array): Promise<void> {
    const place = this.#places.get(page)!;
    if (place < this.#memoryPages) this.#memory[place].set(source, within);
    else await this.#store!.write(this.#offset(place) + within, source);
  }

  /** Numbers of all pages, in the order in which they came. */
  get numbers(): Iterable<number> {
    return this.#places.keys();
  }

  /** Bytes of all pages. */
  get size(): number {
    return this.#places.size * OVERLAY_PAGE;
  }

  /** A copy of all pages. */
  async save(): Promise<SavedPages> {
    const numbers = Uint32Array.from(this.#places.keys()).sort();
    const contents = new Uint8Array(allocateShared(this.size));
    for (const [n, page] of numbers.entries()) {
      await this.read(page, 0, contents.subarray(n * OVERLAY_PAGE, (n + 1) * OVERLAY_PAGE));
    }
    return { numbers: new Uint8Array(numbers.buffer), contents };
  }

  /**
   * Takes pages that were saved; there are none before.
   * @param size bytes of the disk
   * @throws Error if they are not pages of it
   */
  async load(saved: SavedPages, size: number): Promise<void> {
    for (const [page, bytes] of pagesOf(saved, size)) await this.add(page, bytes.slice());
  }

  /**
   * Takes pages that were saved in the place of those that are there.
   * @param size bytes of the disk
   * @throws Error if they are not pages of it
   */
  async merge(saved: SavedPages, size: number): Promise<void> {
    for (const [page, bytes] of pagesOf(saved, size)) {
      if (this.#places.has(page)) await this.write(page, 0, bytes);
      else await this.add(page, bytes.slice());
    }
  }

  /** Writes all pages to a disk, which may end within the last one. */
  async writeTo(disk: Disk): Promise<void> {
    for (const page of Uint32Array.from(this.#places.keys()).sort()) {
      const bytes = new Uint8Array(Math.min(OVERLAY_PAGE, disk.size - page * OVERLAY_PAGE));
      await this.read(page, 0, bytes);
      await disk.write(page * OVERLAY_PAGE, bytes);
    }
    await disk.flush();
  }

  async close(): Promise<void> {
    this.#places.clear();
    this.#memory.length = 0;
    await this.#store?.close();
  }

  #offset(place: number): number {
    return (place - this.#memoryPages) * OVERLAY_PAGE;
  }

  async #openStore(): Promise<ByteStore> {
    this.#store ??= await this.#scratch!.open();
    return this.#store;
  }
}

/**
 * Saved pages with their numbers.
 * @param size bytes of the disk
 * @throws Error if they are not pages of it
 */
export function pagesOf({ numbers, contents }: SavedPages, size: number): [page: number, bytes: Uint8Array][] {
  const pages = new Uint32Array(numbers.slice().buffer, 0, numbers.length >>> 2);
  const isAscending = pages.every((page, n) => n === 0 || page > pages[n - 1]);
  const isWithin = (pages.at(-1) ?? 0) * OVERLAY_PAGE < size;
  if (!isAscending || !isWithin || contents.length !== pages.length * OVERLAY_PAGE || numbers.length % 4 !== 0)
    throw new Error(`its ${contents.length} bytes of changes do not fit a disk of ${size} bytes`);
  return Array.from(pages, (page, n) => [page, contents.subarray(n * OVERLAY_PAGE, (n + 1) * OVERLAY_PAGE)]);
}

import { PAGE_SHIFT } from '../../translator/abi/page.ts';
import { PAGES, type TableName } from '../../translator/abi/tables.ts';
import { allocateShared } from './ram.ts';
import { Tables } from './tables.ts';

/** Marks of a page beside its kind: it has an entry; it is in one of the lists of pages, or both. */
const FILLED = 1;
const LISTED = { local: 64, global: 128, any: 64 | 128 } as const;
/**
 * Facts about a page's translation beside its entries. For INVLPG and loading CR3: it is global; it is a part of a large page (4
 * MB, or 2 MB with PAE). For fetching: instructions there may not be executed. For stores to a frame that is marked, so that
 * there is no write entry: who may store there.
 */
export const PageKind = { small: 0, global: 2, large: 4, noExecute: 8, supervisorStores: 16, userStores: 32 } as const;
const LARGE_PAGE_SHIFT = 10;
/** In `writers`: several pages. */
const SEVERAL = -1;
/**
 * XORed into an invalid entry: makes every index of that page at least 2^28 or 2^29 words, beyond RAM of up to 1 or 2 GB.
 * With the smaller one the index of a byte is below 2^31 even then, so that V8 need not reckon with other integers.
 */
const INVALID = { upToGigabyte: 0x10000000, larger: 0x20000000 } as const;
const GIGABYTE = 2 ** 30;
/** The page from which on the index of a byte would be beyond 2^31 without that. */
const UPPER_HALF = PAGES / 2;

/**
 * The software TLB: one entry a linear page, in four arrays (reads and writes, supervisor and user apart).
 * A valid entry is `(frame ^ page) << 10`, so that `(rotate(address, 2) ^ entry) >>> 0` is the index of the word in
 * RAM; an invalid entry or a misaligned address gives an index beyond the array. One comparison with the array's
 * length is thus validity, alignment and bounds check in one. For pages beyond the array an entry that was never written, 0, does the same:
 * those in the lower half of the address space take none of the host's memory until they are used. Pages that hold decoded code have no write entry;
 * devices have none at all. What may be written may be read: generated code reads through a write entry where it is
 * going to write.
 */
export class Tlb {
  readonly readSupervisor: Int32Array;
  readonly writeSupervisor: Int32Array;
  readonly readUser: Int32Array;
  readonly writeUser: Int32Array;
  /** By linear page: number of the code pages that are mapped there and may be executed; 0 for none (exec/code-page). */
  readonly code: Int32Array;
  /**
   * Code that was mapped, or a translation, is gone: JavaScript frames of callers may be stale, so whoever runs guest
   * code must leave to the dispatcher, which unwinds them and clears this.
   */
  stale = false;
  /** Told of each code page, by number, that is no longer mapped where it was. */
  onCodeDropped: (codePage: number) => void = () => {
    this.stale = true;
  };
  readonly #marks = new Uint8Array(PAGES);
  /** By 4 MB of linear addresses: 1 if some of them may have been translated by a large page. */
  readonly #large = new Uint8Array(PAGES >>> LARGE_PAGE_SHIFT);
  /** By frame: 1 + the page that may have a write entry for it; SEVERAL; 0 for none. */
  readonly #writers = new Int32Array(allocateShared(PAGES * 4));
  /** Pages that have had an entry since such ones were last flushed: loading CR3 looks at the first list alone. */
  readonly #local = new PageList();
  readonly #global = new PageList();
  #count = 0;
  readonly #invalid: number;
  /** Words of the array that entries lead into. */
  readonly #words: number;

  /** For RAM (and ROM) of so many bytes. */
  constructor(memoryBytes: number, tables = new Tables(0)) {
    const table = (name: TableName) => tables.view(name, PAGES);
    this.readSupervisor = table('RS');
    this.writeSupervisor = table('WS');
    this.readUser = table('RU');
    this.writeUser = table('WU');
    this.code = table('CT');
    this.#invalid = memoryBytes <= GIGABYTE ? INVALID.upToGigabyte : INVALID.larger;
    this.#words = memoryBytes >>> 2;
    for (let page = 0; page < memoryBytes >>> PAGE_SHIFT; page++) this.#invalidate(page);
    for (let page = UPPER_HALF; page < PAGES; page++) this.#invalidate(page);
  }

  /** Number of pages with an entry. */
  get size(): number {
    return this.#count;
  }

  /** The pages with an entry. */
  filledPages(): Int32Array {
    const listed = [...this.#local.listed(), ...this.#global.listed()];
    return Int32Array.from(new Set(listed.filter((page) => this.#marks[page] & FILLED)));
  }

  /** The value of an empty entry for a page. */
  invalidEntry(page: number): number {
    return (page << 10) ^ this.#invalid;
  }

  /** Offset in the buffer of the page's frame, by the given array, or -1 if that array has no valid entry. */
  lookup(array: Int32Array, page: number): number {
    const index = array[page] ^ (page << 10);
    return index >>> 0 < this.#words ? index << 2 : -1;
  }

  /**
   * Offset in the buffer of a page's frame for a store that somebody has to see, or -1 if it isn't known whether it may be done.
   */
  lookupStored(page: number, stores: number): number {
    return (this.#marks[page] & stores) === 0 ? -1 : this.lookup(this.readSupervisor, page);
  }

  /** Whether a page that has an entry may be executed. */
  isExecutable(page: number): boolean {
    return (this.#marks[page] & PageKind.noExecute) === 0;
  }

  /** Enters a translation in the arrays given; `kind` is made of PageKind's bits. */
  enter(page: number, frame: number, kind: number, arrays: readonly Int32Array[]): void {
    const entry = (frame ^ page) << 10;
    for (const array of arrays) array[page] = entry;
    if (this.#hasWriteEntry(page, entry)) this.#noteWriter(page, frame);
    const before = this.#marks[page];
    if ((before & FILLED) === 0) this.#count++;
    this.#marks[page] = FILLED | kind | (before & LISTED.any);
    if (kind & PageKind.global) this.#list(page, this.#global, LISTED.global);
    else this.#list(page, this.#local, LISTED.local);
    if (kind & PageKind.large) this.#large[page >>> LARGE_PAGE_SHIFT] = 1;
  }

  flushAll(): void {
    this.#flushListed(this.#local, LISTED.local, 0);
    this.#flushListed(this.#global, LISTED.global, 0);
  }

  flushNonGlobal(): void {
    this.#flushListed(this.#local, LISTED.local, PageKind.global);
  }

  /** Empties a list, and drops its pages except those of a kind. */
  #flushListed(list: PageList, mark: number, kept: number): void {
    for (const page of list.listed()) {
      this.#marks[page] &= ~mark;
      if ((this.#marks[page] & (FILLED | kept)) === FILLED) this.#drop(page);
    }
    list.clear();
  }

  /** Drops a page, and all of the large page that it is in (Intel SDM vol. 3, 4.10.4.1, INVLPG). */
  flushPage(page: number): void {
    const region = page >>> LARGE_PAGE_SHIFT;
    if (this.#large[region]) this.#flushLarge(region);
    this.#flushOne(page);
  }

  #flushLarge(region: number): void {
    const first = region << LARGE_PAGE_SHIFT;
    for (let page = first; page < first + (1 << LARGE_PAGE_SHIFT); page++) {
      if (this.#marks[page] & PageKind.large) this.#flushOne(page);
    }
    this.#large[region] = 0;
  }

  #flushOne(page: number): void {
    if (this.#marks[page] & FILLED) this.#drop(page);
  }

  /** Takes the write entries of frames away, wherever they are mapped. */
  protectFrames(frames: readonly number[]): void {
    const mappedOften = new Set<number>();
    // No loop of its own: V8 compiles one that runs long alone, and each call with one frame would then leave compiled code at its end.
    frames.forEach((frame) => {
      const writer = this.#writers[frame];
      this.#writers[frame] = 0;
      if (writer === SEVERAL) mappedOften.add(frame);
      else if (writer !== 0) this.#protect(writer - 1, (only) => only === frame);
    });
    if (mappedOften.size === 0) return;
    for (const list of [this.#local, this.#global]) {
      for (const page of list.listed()) this.#protect(page, (frame) => mappedOften.has(frame));
    }
  }

  /** Takes the write entries of a page away if they lead to such a frame. */
  #protect(page: number, concerns: (frame: number) => boolean): void {
    for (const array of [this.writeSupervisor, this.writeUser]) {
      const offset = this.lookup(array, page);
      if (offset !== -1 && concerns(offset >>> 12)) array[page] = this.invalidEntry(page);
    }
  }

  #hasWriteEntry(page: number, entry: number): boolean {
    return this.writeSupervisor[page] === entry || this.writeUser[page] === entry;
  }

  #noteWriter(page: number, frame: number): void {
    const other = this.#writers[frame] - 1;
    const isAlone = other < 0 || other === page || !this.#hasWriteEntry(other, (frame ^ other) << 10);
    if (this.#writers[frame] !== SEVERAL) this.#writers[frame] = isAlone ? page + 1 : SEVERAL;
  }

  #list(page: number, list: PageList, mark: number): void {
    if (this.#marks[page] & mark) return;
    this.#marks[page] |= mark;
    list.add(page);
  }

  #drop(page: number): void {
    this.#marks[page] &= LISTED.any;
    this.#count--;
    if (this.code[page] !== 0) this.onCodeDropped(this.code[page]);
    this.code[page] = 0;
    this.#invalidate(page);
  }

  #invalidate(page: number): void {
    const invalid = this.invalidEntry(page);
    this.readSupervisor[page] = invalid;
    this.writeSupervisor[page] = invalid;
    this.readUser[page] = invalid;
    this.writeUser[page] = invalid;
  }
}

/** Pages in no order, each once. */
class PageList {
  #pages = new Int32Array(4096);
  #count = 0;

  add(page: number): void {
    if (this.#count === this.#pages.length) {
      const larger = new Int32Array(this.#count * 2);
      larger.set(this.#pages);
      this.#pages = larger;
    }
    this.#pages[this.#count++] = page;
  }

  listed(): Int32Array {
    return this.#pages.subarray(0, this.#count);
  }

  clear(): void {
    this.#count = 0;
  }
}

import { Cr0, Cr4, Efer } from '../../translator/abi/control-registers.ts';
import { Word } from '../../translator/abi/state.ts';
import {
  ACCESSED,
  DIRTY,
  GLOBAL,
  HIGH_ADDRESS,
  LARGE,
  NO_EXECUTE,
  PHYSICAL_BITS,
  PRESENT,
  PSE36_SHIFT,
  page4mbOf,
  pageOf,
  USER,
  WRITABLE,
} from './page-entry.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';
import type { GuestRam } from './ram.ts';
import { PageKind } from './tlb.ts';

/** Reserved in the upper word of every entry of PAE paging (Intel SDM vol. 3, tables 4-8 to 4-11). */
const RESERVED_HIGH = 0x7fffffff & (-1 << (PHYSICAL_BITS - 32));
/** Reserved in the lower word of one that maps 2 MB. */
const RESERVED_2MB = 0x1fe000;
/** Reserved in a page-directory-pointer-table entry's lower word. */
const RESERVED_POINTER = 0x1e6;
/** Reserved in one that maps 4 MB: what PSE-36 leaves of it. */
const RESERVED_4MB = 0x3fe000 & ~(HIGH_ADDRESS << PSE36_SHIFT);

/** The kind of an access, in the bits that the page-fault error code has for it (Intel SDM vol. 3, 4.7); else a read. */
export const Access = {
  read: 0,
  write: 1 << 1,
  user: 1 << 2,
  fetch: 1 << 4,
  /** By an instruction that has changed nothing yet and can be restarted; no bit of the error code. */
  restartable: 1 << 8,
} as const;
/** The bits that are of the error code. */
const FAULT_REQUEST = Access.write | Access.user | Access.fetch;
const FAULT_PRESENT = 1 << 0;
const FAULT_RESERVED = 1 << 3;

/**
 * Result of a page walk. One object, reused by every walk.
 * `page` is the physical page; the rights are those of all levels together, as CR0.WP modifies them.
 */
export class PageWalk {
  page = 0;
  user = false;
  /** User-mode and supervisor-mode stores are allowed. */
  userWrite = false;
  supervisorWrite = false;
  dirty = false;
  /** Bits of PageKind. */
  kind = 0;
}

/** Whether a page-directory-pointer-table entry has bits set that must be 0 (Intel SDM vol. 3, 4.4.1). */
export function isReservedPointer(low: number, high: number): boolean {
  return (low & PRESENT) !== 0 && ((low & RESERVED_POINTER) | (high & (RESERVED_HIGH | NO_EXECUTE))) !== 0;
}

/** The memory that page tables are in. */
export type TableMemory = Pick<PhysicalMap, 'ram' | 'processorPages' | 'frameAt' | 'storedFrameAt' | 'readDevice'>;

/**
 * The page-table walker of 32-bit paging (Intel SDM vol. 3, 4.3; 4 MB pages with CR4.PSE, in 64 GB by PSE-36) and of
 * PAE paging (4.4). Entries are named by physical page and offset in it: an address has more than 32 bits.
 */
export class Paging {
  readonly result: PageWalk;
  readonly #state: Int32Array;
  readonly #map: TableMemory;
  readonly #ram: GuestRam;

  constructor(state: Int32Array, map: TableMemory, result = new PageWalk()) {
    this.result = result;
    this.#state = state;
    this.#map = map;
    this.#ram = map.ram;
  }

  /**
   * Translates a linear address for an access (of Access); sets accessed and dirty bits. Returns -1 and leaves the
   * translation in `result` if the access is allowed, else the page-fault error code.
   */
  walk(linear: number, access: number): number {
    if ((this.#state[Word.cr0] & Cr0.pg) === 0) return this.#identity(linear);
    const request = access & FAULT_REQUEST;
    if (this.#state[Word.cr4] & Cr4.pae) return this.#walkExtended(linear, request);
    return this.#walkClassic(linear, request & ~Access.fetch);
  }

  #walkClassic(linear: number, request: number): number {
    const directory = this.#state[Word.cr3] >>> 12;
    const at = (linear >>> 20) & 0xffc;
    const upper = this.#entry(directory, at);
    if ((upper & PRESENT) === 0) return request;
    if (upper & LARGE && this.#state[Word.cr4] & Cr4.pse) {
      if (upper & RESERVED_4MB) return request | FAULT_PRESENT | FAULT_RESERVED;
      const page = page4mbOf(upper) | ((linear >>> 12) & 0x3ff);
      return this.#leaf(directory, at, upper, upper, page, PageKind.large, request);
    }
    const table = upper >>> 12;
    const inTable = (linear >>> 10) & 0xffc;
    const lower = this.#entry(table, inTable);
    if ((lower & PRESENT) === 0) return request;
    const rights = upper & (lower | ~(USER | WRITABLE));
    const code = this.#leaf(table, inTable, lower, rights, lower >>> 12, PageKind.small, request);
    if (code === -1 && (upper & ACCESSED) === 0) this.#setAccessed(directory, at);
    return code;
  }

  #walkExtended(linear: number, access: number): number {
    const noExecute = (this.#state[Word.efer] & Efer.nxe) !== 0;
    const request = noExecute ? access : access & ~Access.fetch;
    const reserved = noExecute ? RESERVED_HIGH : RESERVED_HIGH | NO_EXECUTE;
    const pointer = Word.pagePointer + ((linear >>> 30) << 1);
    const [low, high] = [this.#state[pointer], this.#state[pointer + 1]];
    if ((low & PRESENT) === 0) return request;
    // Only a guest with nested paging has such pointers: others are checked where they are loaded.
    if (isReservedPointer(low, high)) return request | FAULT_PRESENT | FAULT_RESERVED;
    const directory = pageOf(low, high);
    const at = (linear >>> 18) & 0xff8;
    const upper = this.#entry(directory, at);
    if ((upper & PRESENT) === 0) return request;
    const upperHigh = this.#entry(directory, at + 4);
    const isLarge = (upper & LARGE) !== 0;
    if (upperHigh & reserved || (isLarge && upper & RESERVED_2MB)) return request | FAULT_PRESENT | FAULT_RESERVED;
    if (isLarge) {
      const page = pageOf(upper & 0xffe00000, upperHigh) | ((linear >>> 12) & 0x1ff);
      return this.#leaf(directory, at, upper, upper, page, PageKind.large | executionOf(upperHigh), request);
    }
    const table = pageOf(upper, upperHigh);
    const inTable = (linear >>> 9) & 0xff8;
    const lower = this.#entry(table, inTable);
    if ((lower & PRESENT) === 0) return request;
    const lowerHigh = this.#entry(table, inTable + 4);
    if (lowerHigh & reserved) return request | FAULT_PRESENT | FAULT_RESERVED;
    const rights = upper & (lower | ~(USER | WRITABLE));
    const kind = executionOf(upperHigh | lowerHigh);
    const code = this.#leaf(table, inTable, lower, rights, pageOf(lower, lowerHigh), kind, request);
    if (code === -1 && (upper & ACCESSED) === 0) this.#setAccessed(directory, at);
    return code;
  }

  /** Without paging every page is itself, with all rights. */
  #identity(linear: number): number {
    const r = this.result;
    r.page = (linear >>> 12) & this.#map.processorPages;
    r.user = r.userWrite = r.supervisorWrite = r.dirty = true;
    r.kind = PageKind.small;
    return -1;
  }

  /** Checks the combined rights, then sets accessed and dirty in the entry that maps the page. */
  #leaf(table: number, at: number, entry: number, rights: number, page: number, kind: number, request: number): number {
    const r = this.result;
    r.user = (rights & USER) !== 0;
    r.userWrite = r.user && (rights & WRITABLE) !== 0;
    r.supervisorWrite = (rights & WRITABLE) !== 0 || (this.#state[Word.cr0] & Cr0.wp) === 0;
    const write = (request & Access.write) !== 0;
    const user = (request & Access.user) !== 0;
    const refused = (user && !r.user) || (write && !(user ? r.userWrite : r.supervisorWrite));
    if (refused || (request & Access.fetch && kind & PageKind.noExecute)) return request | FAULT_PRESENT;
    const wanted = entry | ACCESSED | (write ? DIRTY : 0);
    if (wanted !== entry) this.#setEntry(table, at, wanted);
    r.page = page & this.#map.processorPages;
    r.dirty = (wanted & DIRTY) !== 0;
    r.kind = kind | (entry & GLOBAL && this.#state[Word.cr4] & Cr4.pge ? PageKind.global : 0);
    return -1;
  }

  #entry(page: number, at: number): number {
    const driven = page & this.#map.processorPages;
    const frame = this.#map.frameAt(driven);
    return frame === NO_FRAME
      ? this.#map.readDevice(driven * 4096 + at, 4)
      : this.#ram.words[(frame << 10) | (at >>> 2)];
  }

  /**
   * Sets the accessed bit of an entry that leads to a table. The entry may be in that very table, and have just been changed:
   * directories can be tables of themselves.
   */
  #setAccessed(directory: number, at: number): void {
    this.#setEntry(directory, at, this.#entry(directory, at) | ACCESSED);
  }

  #setEntry(page: number, at: number, value: number): void {
    const frame = this.#map.storedFrameAt(page & this.#map.processorPages);
    if (frame === NO_FRAME) return;
    this.#ram.words[(frame << 10) | (at >>> 2)] = value;
    this.#ram.frames.stored((frame << 12) | at, 4, 'paging');
  }
}

function executionOf(high: number): number {
  return high & NO_EXECUTE ? PageKind.noExecute : 0;
}

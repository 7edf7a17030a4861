import { Cr0, Cr4 } from '../../translator/abi/control-registers.ts';
import { Word } from '../../translator/abi/state.ts';
import type { PhysicalMap } from './physical-map.ts';
import type { GuestRam } from './ram.ts';
import { PageKind } from './tlb.ts';

const PRESENT = 1 << 0;
const WRITABLE = 1 << 1;
const USER = 1 << 2;
const ACCESSED = 1 << 5;
const DIRTY = 1 << 6;
const LARGE = 1 << 7;
const GLOBAL = 1 << 8;

/** Bits of the page-fault error code (Intel SDM vol. 3, 4.7). */
const PageFaultCode = { present: 1, write: 2, user: 4 } as const;

/**
 * Result of a page walk. One object, reused by every walk.
 * `page` is the physical page; the rights are those of both levels together, as CR0.WP modifies them.
 */
export class PageWalk {
  page = 0;
  user = false;
  /** User-mode and supervisor-mode stores are allowed. */
  userWrite = false;
  supervisorWrite = false;
  dirty = false;
  /** Of PageKind's bits. */
  kind = 0;
}

/** The page-table walker of 32-bit paging (Intel SDM vol. 3, 4.3): 4 KB pages, and 4 MB ones with CR4.PSE. */
export class Paging {
  readonly result = new PageWalk();
  private readonly state: Int32Array;
  private readonly map: PhysicalMap;
  private readonly ram: GuestRam;
  /** Called when a walk has changed an entry in a frame that holds code: offset in the buffer. */
  onEntryChanged: (offset: number) => void = () => {};

  constructor(state: Int32Array, map: PhysicalMap) {
    this.state = state;
    this.map = map;
    this.ram = map.ram;
  }

  /**
   * Translates a linear address for an access; sets accessed and dirty bits. Returns -1 and leaves the translation in
   * `result` if the access is allowed, else the page-fault error code.
   */
  walk(linear: number, write: boolean, user: boolean): number {
    if ((this.state[Word.cr0] & Cr0.pg) === 0) return this.identity(linear);
    const request = (write ? PageFaultCode.write : 0) | (user ? PageFaultCode.user : 0);
    const directory = (this.state[Word.cr3] & ~0xfff) | ((linear >>> 20) & 0xffc);
    const upper = this.entry(directory);
    if ((upper & PRESENT) === 0) return request;
    if (upper & LARGE && this.state[Word.cr4] & Cr4.pse) {
      const page = ((upper & 0xffc00000) | (linear & 0x3ff000)) >>> 12;
      const code = this.leaf(directory, upper, upper, page, request);
      this.result.kind |= PageKind.large;
      return code;
    }
    const table = (upper & ~0xfff) | ((linear >>> 10) & 0xffc);
    const lower = this.entry(table);
    if ((lower & PRESENT) === 0) return request;
    const code = this.leaf(table, lower, upper & (lower | ~(USER | WRITABLE)), lower >>> 12, request);
    if (code === -1 && (upper & ACCESSED) === 0) this.setEntry(directory, upper | ACCESSED);
    return code;
  }

  /** Without paging every page is itself, with all rights. */
  private identity(linear: number): number {
    const r = this.result;
    r.page = linear >>> 12;
    r.user = r.userWrite = r.supervisorWrite = r.dirty = true;
    r.kind = PageKind.small;
    return -1;
  }

  /** Checks the combined rights, then sets accessed and dirty in the entry that maps the page. */
  private leaf(address: number, entry: number, rights: number, page: number, request: number): number {
    const r = this.result;
    r.user = (rights & USER) !== 0;
    r.userWrite = r.user && (rights & WRITABLE) !== 0;
    r.supervisorWrite = (rights & WRITABLE) !== 0 || (this.state[Word.cr0] & Cr0.wp) === 0;
    const write = (request & PageFaultCode.write) !== 0;
    const user = (request & PageFaultCode.user) !== 0;
    if ((user && !r.user) || (write && !(user ? r.userWrite : r.supervisorWrite)))
      return request | PageFaultCode.present;
    const wanted = entry | ACCESSED | (write ? DIRTY : 0);
    if (wanted !== entry) this.setEntry(address, wanted);
    r.page = page;
    r.dirty = (wanted & DIRTY) !== 0;
    r.kind = entry & GLOBAL && this.state[Word.cr4] & Cr4.pge ? PageKind.global : PageKind.small;
    return -1;
  }

  private entry(physical: number): number {
    const frame = this.map.frameAt(physical >>> 12);
    return frame < 0 ? this.map.readDevice(physical, 4) : this.ram.words[(frame << 10) | ((physical & 0xfff) >>> 2)];
  }

  private setEntry(physical: number, value: number): void {
    const frame = this.map.frameAt(physical >>> 12);
    if (frame < 0 || this.ram.readOnly[frame]) return;
    this.ram.words[(frame << 10) | ((physical & 0xfff) >>> 2)] = value;
    if (this.ram.holdsCode[frame]) this.onEntryChanged((frame << 12) | (physical & 0xfff));
  }
}

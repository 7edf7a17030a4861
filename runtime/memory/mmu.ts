import { Exit } from '../../translator/abi/exits.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { isIntercepted } from '../../translator/abi/intercepts.ts';
import { Key } from '../../translator/abi/key.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { DataAccess, ProcessorMemory } from './access.ts';
import { AddressSpaces } from './address-spaces.ts';
import { checkAlignment } from './alignment.ts';
import type { DevicePlace } from './device-blocks.ts';
import { type PageTables, walkingPageTables } from './page-tables.ts';
import { Access, type PageWalk } from './paging.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';
import type { GuestRam } from './ram.ts';
import { RecentDevices } from './recent-devices.ts';
import { Tables } from './tables.ts';
import { PageKind, Tlb } from './tlb.ts';
import { type AccessWatcher, type Watch, WatchedPages, type WatchOwner } from './watch.ts';
import { WideStore } from './wide-store.ts';

/** The Mmu calls `onMisaligned` at one of so many misaligned accesses. */
const SAMPLED = 16;

const PAGE_FAULT_EXIT = Exit.exception + Vector.pageFault;

/**
 * Memory management unit: the slow path of every access of generated code, and the helpers' way to memory.
 * A page that is plain RAM gets a TLB entry on its first access, so that generated code doesn't come here again.
 */
export class Mmu implements ProcessorMemory {
  readonly tlb: Tlb;
  readonly map: PhysicalMap;
  readonly ram: GuestRam;
  /** The tables of the TLB, and those of the engine that executes code. */
  readonly tables: Tables;
  readonly paging: PageTables;
  readonly spaces: AddressSpaces;
  readonly current: DataAccess;
  /** Accesses by generated code for an instruction that has changed nothing yet (Access.restartable). */
  readonly restartable: DataAccess;
  readonly #state: Int32Array;
  readonly #walkResult: PageWalk;
  readonly #watched = new WatchedPages();
  readonly #devices = new RecentDevices();
  readonly #wide: WideStore;
  /** Number of page walks done. */
  walks = 0;
  misaligned = 0;
  /** Called at one of SAMPLED accesses that are not aligned. */
  onMisaligned: () => void = () => {};
  /** Accesses that never have an entry in the TLB: to devices, and stores that somebody has to see. */
  unentered = 0;
  /** Physical address of the last translation that ended at a device. NaN: V8 is to keep it as a double from the start. */
  #devicePhysical = Number.NaN;

  constructor(state: Int32Array, map: PhysicalMap, tables = new Tables(0)) {
    this.#state = state;
    this.tables = tables;
    this.map = map;
    this.ram = map.ram;
    this.#wide = new WideStore(map);
    this.tlb = new Tlb(this.ram.bytes.length, tables);
    this.paging = walkingPageTables(state, map);
    this.spaces = new AddressSpaces(state, map);
    map.onChanged = () => this.flushAll();
    this.ram.frames.onMarked = (frames) => this.tlb.protectFrames(frames);
    this.#walkResult = this.paging.result;
    this.current = this.#accesses(0);
    this.restartable = this.#accesses(Access.restartable);
  }

  /** Accesses with the current privilege level's rights, and further bits of Access. */
  #accesses(bits: number): DataAccess {
    return {
      load8: (linear) => this.#load8As(linear, this.#rights() | bits),
      load16: (linear) => this.#load16As(linear, this.#rights() | bits),
      load32: (linear) => this.#load32As(linear, this.#rights() | bits),
      store8: (linear, value) => this.#store8As(linear, value, this.#rights() | bits),
      store16: (linear, value) => this.#store16As(linear, value, this.#rights() | bits),
      store32: (linear, value) => this.#store32As(linear, value, this.#rights() | bits),
      probeWrite: (linear, bytes) => {
        this.#probeAs(linear, bytes, this.#rights());
        this.#wide.probed(linear, bytes);
      },
    };
  }

  readableSpan(linear: number, length: number): Uint8Array | null {
    return this.#span(this.readable(linear), length);
  }

  writableSpan(linear: number, length: number): Uint8Array | null {
    return this.#span(this.writable(linear), length);
  }

  #span(at: number, length: number): Uint8Array | null {
    return at < 0 ? null : this.ram.bytes.subarray(at, Math.min(at + length, (at | (PAGE_BYTES - 1)) + 1));
  }

  /** Index of a byte that the current rights may load by no more than reading RAM, as the TLB knows; negative where it doesn't. */
  readable(linear: number): number {
    const { tlb } = this;
    const entries = this.#rights() === Access.user ? tlb.readUser : tlb.readSupervisor;
    return tlb.lookup(entries, linear >>> 12) | (linear & 0xfff);
  }

  /**
   * Index of a byte that the current rights may store to by no more than writing RAM, as the TLB knows; negative where it
   * doesn't, or where something has to be informed of the store.
   */
  writable(linear: number): number {
    const { tlb } = this;
    const entries = this.#rights() === Access.user ? tlb.writeUser : tlb.writeSupervisor;
    return tlb.lookup(entries, linear >>> 12) | (linear & 0xfff);
  }

  isWritable(linear: number, bytes: number): boolean {
    return (linear & (PAGE_BYTES - 1)) <= PAGE_BYTES - bytes && this.writable(linear) >= 0;
  }

  isMappedForSystem(linear: number, bytes: number): boolean {
    const { tlb } = this;
    const last = (linear + bytes - 1) | 0;
    const isFirstMapped = tlb.lookup(tlb.readSupervisor, linear >>> 12) >= 0;
    return isFirstMapped && tlb.lookup(tlb.readSupervisor, last >>> 12) >= 0;
  }

  /** The device that acts as memory at all of some bytes of one page, which the current rights may read; undefined where there is none. */
  memoryDevice(linear: number, bytes: number): DevicePlace | undefined {
    if (this.readable(linear) >= 0 || !this.#watched.idle) return undefined;
    if (!this.paging.allows(linear, this.#rights())) return undefined;
    const { page } = this.#walkResult;
    if (this.map.frameAt(page) !== NO_FRAME || this.map.storedFrameAt(page) !== NO_FRAME) return undefined;
    const address = page * PAGE_BYTES + (linear & 0xfff);
    const device = this.map.memoryAt(address, bytes);
    return device && { device, offset: address - device.base };
  }

  /** Whether the current rights allow a store to a page. If so it is about to come: the page is dirty from here on. */
  startStore(linear: number): boolean {
    return this.paging.allows(linear, Access.write | this.#rights());
  }

  // Implicit supervisor accesses. Made by #accesses they would slow down loads of segment registers (docs/internals/decisions.md).
  loadSystem8(linear: number): number {
    return this.#load8As(linear, Access.read);
  }
  loadSystem16(linear: number): number {
    return this.#load16As(linear, Access.read);
  }
  loadSystem32(linear: number): number {
    return this.#load32As(linear, Access.read);
  }
  storeSystem8(linear: number, value: number): void {
    this.#store8As(linear, value, Access.read);
  }
  storeSystem16(linear: number, value: number): void {
    this.#store16As(linear, value, Access.read);
  }
  storeSystem32(linear: number, value: number): void {
    this.#store32As(linear, value, Access.read);
  }
  probeWriteSystem(linear: number, bytes: number): void {
    this.#probeAs(linear, bytes, Access.read);
  }

  /** A doubleword by physical address. */
  loadPhysical32(physical: number): number {
    const page = Math.floor(physical / 4096) & this.map.processorPages;
    const frame = this.map.frameAt(page);
    const offset = physical & 0xfff;
    return frame === NO_FRAME
      ? this.map.readDevice(page * 4096 + offset, 4) | 0
      : this.ram.words[(frame << 10) | (offset >>> 2)];
  }

  storePhysical32(physical: number, value: number): void {
    const page = Math.floor(physical / 4096) & this.map.processorPages;
    const frame = this.map.storedFrameAt(page);
    const offset = physical & 0xfff;
    if (frame === NO_FRAME) this.map.writeDevice(page * 4096 + offset, 4, value | 0);
    else this.#storeBytes((frame << 12) | offset, value, 4);
  }

  flushAll(): void {
    this.tlb.flushAll();
    this.#devices.forget();
  }
  flushNonGlobal(): void {
    this.tlb.flushNonGlobal();
    this.#devices.forget();
  }
  flushPage(linear: number): void {
    this.tlb.flushPage(linear >>> 12);
    this.#devices.forget();
  }

  /** Offset in the buffer of the instruction byte at a linear address, or -1 if a device is there. May fault. */
  fetch(linear: number): number {
    const page = linear >>> 12;
    const rights = this.#rights();
    const at = this.tlb.lookup(rights ? this.tlb.readUser : this.tlb.readSupervisor, page);
    if (at >= 0 && this.tlb.isExecutable(page)) return at | (linear & 0xfff);
    return this.#fill(linear, 0, Access.fetch | rights);
  }

  /** Access.user in user mode. */
  #rights(): number {
    return this.#state[Word.key] & Key.user ? Access.user : Access.read;
  }

  /** Keeps these pages, and no others for this owner, out of the TLB: the watcher sees every access to them. */
  watch(owner: WatchOwner, watches: readonly Watch[], watcher: AccessWatcher): void {
    const before = this.#watched.pages();
    this.#watched.set(owner, watches, watcher);
    for (const page of [...before, ...this.#watched.pages()]) this.tlb.flushPage(page);
    this.#devices.forget();
  }

  /** Whether instructions in the page of a linear address are watched. */
  watchesCode(linear: number): boolean {
    return this.#watched.fetches(linear >>> 12);
  }

  countMisaligned(): void {
    if (++this.misaligned % SAMPLED === 0) this.onMisaligned();
  }

  /** An access is not at a multiple of its size. */
  #noteMisaligned(access: number): void {
    if (access & Access.user) checkAlignment(this.#state);
    this.countMisaligned();
  }

  #load8As(linear: number, access: number): number {
    const at = this.#translateRead(linear, 1, access);
    return at < 0 ? this.map.readDevice(this.#devicePhysical, 1) & 0xff : this.ram.bytes[at];
  }

  #load16As(linear: number, access: number): number {
    if (linear & 1) this.#noteMisaligned(access);
    if ((linear & 0xfff) === 0xfff)
      return this.#load8As(linear, access) | (this.#load8As((linear + 1) | 0, access) << 8);
    const at = this.#translateRead(linear, 2, access);
    if (at < 0) return this.map.readDevice(this.#devicePhysical, 2) & 0xffff;
    return this.ram.bytes[at] | (this.ram.bytes[at + 1] << 8);
  }

  #load32As(linear: number, access: number): number {
    if (linear & 3) this.#noteMisaligned(access);
    if ((linear & 0xfff) > 0xffc) {
      const low = this.#load16As(linear, access);
      return low | (this.#load16As((linear + 2) | 0, access) << 16);
    }
    const at = this.#translateRead(linear, 4, access);
    if (at < 0) return this.map.readDevice(this.#devicePhysical, 4) | 0;
    const b = this.ram.bytes;
    return (at & 3) === 0 ? this.ram.words[at >>> 2] : b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24);
  }

  #store8As(linear: number, value: number, access: number): void {
    const at = this.#translateWrite(linear, 1, access);
    if (at < 0) this.map.writeDevice(this.#devicePhysical, 1, value & 0xff);
    else this.#storeBytes(at, value, 1);
  }

  #store16As(linear: number, value: number, access: number): void {
    if (linear & 1) this.#noteMisaligned(access);
    if ((linear & 0xfff) === 0xfff) {
      this.#storeParts(linear, value, 2, access);
      return;
    }
    const at = this.#translateWrite(linear, 2, access);
    if (at < 0) this.map.writeDevice(this.#devicePhysical, 2, value & 0xffff);
    else this.#storeBytes(at, value, 2);
  }

  #store32As(linear: number, value: number, access: number): void {
    if (linear & 3) this.#noteMisaligned(access);
    if ((linear & 0xfff) > 0xffc) {
      this.#storeParts(linear, value, 4, access);
      return;
    }
    const at = this.#translateWrite(linear, 4, access);
    if (at < 0) this.#wide.store(linear, this.#devicePhysical, value | 0);
    else this.#storeBytes(at, value, 4);
  }

  /** Stores on two pages: either all or, if one faults or a watcher throws, nothing. */
  #storeParts(linear: number, value: number, bytes: number, access: number): void {
    this.#probeAs(linear, bytes, access);
    if (!this.#watched.idle) this.#watched.tell(linear, bytes, Access.write | access);
    for (let n = 0; n < bytes; n++) this.#store8As((linear + n) | 0, value >>> (8 * n), access);
  }

  /** Stores within one frame. */
  #storeBytes(at: number, value: number, bytes: number): void {
    if (bytes === 4 && (at & 3) === 0) this.ram.words[at >>> 2] = value;
    else for (let n = 0; n < bytes; n++) this.ram.bytes[at + n] = value >>> (8 * n);
    this.ram.frames.stored(at, bytes, 'store');
  }

  /** Faults at the first byte that may not be written. */
  #probeAs(linear: number, bytes: number, access: number): void {
    this.#translateWrite(linear, 0, access);
    const last = (linear + bytes - 1) | 0;
    if ((last ^ linear) >>> 12 !== 0) this.#translateWrite(last & ~0xfff, 0, access);
  }

  #translateRead(linear: number, bytes: number, access: number): number {
    const page = linear >>> 12;
    const at = this.tlb.lookup(access & Access.user ? this.tlb.readUser : this.tlb.readSupervisor, page);
    if (at >= 0) return at | (linear & 0xfff);
    return this.#isAtDevice(linear, access) ? -1 : this.#fill(linear, bytes, access);
  }

  #translateWrite(linear: number, bytes: number, access: number): number {
    const page = linear >>> 12;
    const isUser = (access & Access.user) !== 0;
    const at = this.tlb.lookup(isUser ? this.tlb.writeUser : this.tlb.writeSupervisor, page);
    if (at >= 0) return at | (linear & 0xfff);
    const told = this.tlb.lookupStored(page, isUser ? PageKind.userStores : PageKind.supervisorStores);
    const isMarked = told >= 0 && this.ram.frames.marks[told >>> 12] !== 0;
    if (isMarked) {
      this.unentered++;
      return told | (linear & 0xfff);
    }
    return this.#isAtDevice(linear, Access.write | access) ? -1 : this.#fill(linear, bytes, Access.write | access);
  }

  /** Whether an access is known to lead to a device; its physical address is noted then. */
  #isAtDevice(linear: number, access: number): boolean {
    const page = this.#devices.find(linear >>> 12, access);
    if (page < 0) return false;
    this.unentered++;
    this.#devicePhysical = page * 4096 + (linear & 0xfff);
    return true;
  }

  /**
   * Walks the page tables and enters what may be used without coming back. `bytes`: how many are about to be accessed; 0
   * if it is only asked whether they may be.
   */
  #fill(linear: number, bytes: number, access: number): number {
    this.walks++;
    const code = this.paging.walk(linear, access);
    if (code !== -1) {
      // As the processor's TLBs do (Intel SDM vol. 3, 4.10.4.1): pages that the handler enters need no INVLPG.
      this.flushPage(linear);
      this.#state[isIntercepted(this.#state, PAGE_FAULT_EXIT) ? Word.faultAddress : Word.cr2] = linear;
      raise(Vector.pageFault, code);
    }
    if (bytes !== 0 && !this.#watched.idle) this.#watched.tell(linear, bytes, access);
    const r = this.#walkResult;
    const loaded = this.map.frameAt(r.page);
    const stored = this.map.storedFrameAt(r.page);
    if (loaded !== NO_FRAME) this.#enter(linear >>> 12, loaded, stored);
    const frame = access & Access.write ? stored : loaded;
    if (frame !== NO_FRAME) return (frame << 12) | (linear & 0xfff);
    this.unentered++;
    if (this.#watched.idle) this.#devices.note(linear >>> 12, access, r.page);
    this.#devicePhysical = r.page * 4096 + (linear & 0xfff);
    return -1;
  }

  /** Generated code reads through a write entry where it is going to write, so loads must see what stores reach. */
  #enter(page: number, frame: number, stored: number): void {
    const { tlb } = this;
    const r = this.#walkResult;
    const watched = this.#watched;
    const arrays: Int32Array[] = [];
    let { kind } = r;
    if (watched.idle || !watched.reads(page)) {
      arrays.push(tlb.readSupervisor);
      if (r.user) arrays.push(tlb.readUser);
    }
    if (r.dirty && stored === frame && (watched.idle || !watched.writes(page))) {
      const isMarked = this.ram.frames.marks[frame] !== 0;
      if (r.supervisorWrite) {
        if (isMarked) kind |= PageKind.supervisorStores;
        else arrays.push(tlb.writeSupervisor);
      }
      if (r.userWrite) {
        if (isMarked) kind |= PageKind.userStores;
        else arrays.push(tlb.writeUser);
      }
    }
    tlb.enter(page, frame, kind, arrays);
  }
}

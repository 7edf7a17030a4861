import { Cr0, Cr4, Efer } from '../../translator/abi/control-registers.ts';
import { Exit } from '../../translator/abi/exits.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { WORD_COUNT, Word } from '../../translator/abi/state.ts';
import { raiseExit } from '../fault.ts';
import { Access, type PageWalk, Paging, type TableMemory } from './paging.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';
import { PageKind } from './tlb.ts';

/** Bits of Word.nestedMode: nested paging is on, and the host's settings that its tables are read by. */
export const NestedMode = { on: 1 << 0, pae: 1 << 1, pse: 1 << 2, nx: 1 << 3 } as const;

/** Bits of EXITINFO1's upper word: what was translated (AMD64 Architecture Programmer's Manual vol. 2, 15.25.6). */
const Translated = { operand: 1 << 0, guestTable: 1 << 1 } as const;
/** Pages of 4 GB: host tables of 32-bit and of PAE paging translate no more. */
const TRANSLATED_PAGES = 1 << 20;
/** The bits of a page's number that a 36-bit address has. */
const PAGE_NUMBERS = 0xffffff;
const NOT_MAPPED = -1;

/** Handles what nested tables do not allow: an error code, the address, and what was translated; gives a page, or throws. */
type OnRefused = (code: number, page: number, offset: number, translated: number) => number;

/** The part of PhysicalMap that walks of the host's tables use. */
type HostMemory = Pick<PhysicalMap, 'ram' | 'processorPages' | 'frameAt' | 'storedFrameAt' | 'readDevice'>;

/**
 * Page walks of a guest with nested paging: the guest's tables give guest-physical addresses, which the hypervisor's tables
 * translate (15.25). Those have the format that the host's own have.
 */
export class NestedPaging {
  readonly #state: Int32Array;
  readonly #memory: HostMemory;
  readonly #guest: Paging;
  readonly #result: PageWalk;
  /** The state as the nested tables are walked with. */
  readonly #host = new Int32Array(WORD_COUNT);
  readonly #nested: Paging;
  readonly #onRefused: OnRefused;
  /** The guest's page table that was used last in this walk, and the page where it is. */
  #table = NOT_MAPPED;
  #tablePage = NOT_MAPPED;

  /** `result` gets what a walk gives. A walk that is refused gives 0 where `onRefused` doesn't throw. */
  constructor(state: Int32Array, memory: HostMemory, result: PageWalk, onRefused: OnRefused) {
    this.#state = state;
    this.#memory = memory;
    this.#result = result;
    this.#onRefused = onRefused;
    this.#nested = new Paging(this.#host, memory);
    this.#guest = new Paging(state, this.#guestMemory(), result);
  }

  /** As Paging.walk. What the nested tables do not allow is refused, not a page fault. */
  walk(linear: number, access: number): number {
    this.#table = NOT_MAPPED;
    const code = this.#guest.walk(linear, access);
    if (code !== -1) return code;
    const r = this.#result;
    const page = this.#translate(r.page, linear & (PAGE_BYTES - 1), access, Translated.operand);
    if (page === NOT_MAPPED) return 0;
    const { userWrite, dirty, kind } = this.#nested.result;
    r.page = page;
    r.userWrite &&= userWrite;
    r.supervisorWrite &&= userWrite;
    r.dirty &&= dirty;
    r.kind |= kind & PageKind.noExecute;
    return -1;
  }

  /** The doubleword at a guest-physical address. */
  load32(physical: number): number {
    const offset = physical % PAGE_BYTES;
    const page = this.#translate(Math.floor(physical / PAGE_BYTES), offset, Access.read, Translated.guestTable);
    return this.#load(page, offset);
  }

  #load(page: number, offset: number): number {
    const { ram } = this.#memory;
    const frame = page === NOT_MAPPED ? NO_FRAME : this.#memory.frameAt(page);
    if (frame !== NO_FRAME) return ram.words[(frame << 10) | (offset >>> 2)]!;
    return page === NOT_MAPPED ? 0 : this.#memory.readDevice(page * PAGE_BYTES + offset, 4) | 0;
  }

  /** Memory as the guest's page tables are read and written in: walks count as stores to them (15.25.7). */
  #guestMemory(): TableMemory {
    const pageAt = (page: number) => this.#pageOfTable(page);
    const frameOf = (page: number, find: (page: number) => number) => (page === NOT_MAPPED ? NO_FRAME : find(page));
    return {
      ram: this.#memory.ram,
      processorPages: PAGE_NUMBERS,
      frameAt: (page) => frameOf(pageAt(page), (one) => this.#memory.frameAt(one)),
      storedFrameAt: (page) => frameOf(pageAt(page), (one) => this.#memory.storedFrameAt(one)),
      readDevice: (address, _bytes) => this.#load(pageAt(Math.floor(address / PAGE_BYTES)), address % PAGE_BYTES),
    };
  }

  /** The page of a guest's page table; the last one of a walk is remembered. */
  #pageOfTable(page: number): number {
    if (page !== this.#table) {
      this.#tablePage = this.#translate(page, 0, Access.write, Translated.guestTable);
      this.#table = page;
    }
    return this.#tablePage;
  }

  /** The page that the nested tables give for one of the guest. All accesses are a user's to them. */
  #translate(page: number, offset: number, access: number, translated: number): number {
    const request = Access.user | (access & (Access.write | Access.fetch));
    if (page >= TRANSLATED_PAGES) return this.#onRefused(request, page, offset, translated);
    this.#prepare(page);
    const code = this.#nested.walk(page << 12, request);
    return code === -1 ? this.#nested.result.page : this.#onRefused(code, page, offset, translated);
  }

  /** Sets up the state that the nested tables are walked with. */
  #prepare(page: number): void {
    const mode = this.#state[Word.nestedMode]!;
    const host = this.#host;
    host[Word.cr0] = Cr0.pe | Cr0.pg | Cr0.wp;
    host[Word.cr3] = this.#state[Word.nestedCr3]!;
    host[Word.cr4] = (mode & NestedMode.pae ? Cr4.pae : 0) | (mode & NestedMode.pse ? Cr4.pse : 0);
    host[Word.efer] = mode & NestedMode.nx ? Efer.nxe : 0;
    if (mode & NestedMode.pae) this.#loadPointer(page >>> 18);
  }

  /** Reads the page-directory pointer of a gigabyte, as each walk does with nested paging (15.25.10). */
  #loadPointer(gigabyte: number): void {
    const table = ((this.#state[Word.nestedCr3]! >>> 5) << 5) >>> 0;
    for (let n = 0; n < 2; n++) {
      const at = table + gigabyte * 8 + n * 4;
      const page = Math.floor(at / PAGE_BYTES) & this.#memory.processorPages;
      this.#host[Word.pagePointer + gigabyte * 2 + n] = this.#load(page, at % PAGE_BYTES);
    }
  }
}

/** Leaves the guest for its hypervisor, as the nested tables do not allow an access. */
export function leaveForNestedFault(code: number, page: number, offset: number, translated: number): never {
  raiseExit(Exit.nestedPageFault, [code, translated, (page << 12) | offset, page >>> 20]);
}

/** For walks without any effect: an address that is not mapped has no memory. */
export const notMapped = (): number => NOT_MAPPED;

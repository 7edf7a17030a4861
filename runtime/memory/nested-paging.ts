import { Cr0, Cr4, Efer } from '../../translator/abi/control-registers.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { WORD_COUNT, Word } from '../../translator/abi/state.ts';
import type { ExitInformation } from '../fault.ts';
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
/** Bits of CR3 that say where in its page a table of page-directory pointers begins (Intel SDM vol. 3, table 4-7). */
const POINTERS_IN_PAGE = PAGE_BYTES - 32;
/** Registers that a walk of the guest's own tables depends on. */
const guestWords = [Word.cr0, Word.cr3, Word.cr4, Word.efer];

/** Result of a walk in which the nested tables did not allow something; no error code. */
export const REFUSED = -2;

/** The part of PhysicalMap that walks of the host's tables use. */
type HostMemory = Pick<PhysicalMap, 'ram' | 'processorPages' | 'frameAt' | 'storedFrameAt' | 'readDevice'>;

/**
 * Page walks of a guest with nested paging: the guest's tables give guest-physical addresses, which the hypervisor's tables
 * translate (15.25). Those have the format that the host's own have.
 */
export class NestedPaging {
  /** The access that the nested tables did not allow in the last walk, as the exit tells it; null: none. */
  refusal: ExitInformation | null = null;
  readonly #state: Int32Array;
  readonly #memory: HostMemory;
  readonly #guest: Paging;
  readonly #result: PageWalk;
  /** The states as both kinds of tables are walked with. */
  readonly #guestState = new Int32Array(WORD_COUNT);
  readonly #hostState = new Int32Array(WORD_COUNT);
  readonly #nested: Paging;
  /** The guest's page table that was used last in this walk, and the page where it is. */
  #table = NOT_MAPPED;
  #tablePage = NOT_MAPPED;

  /** `result` gets what a walk gives. */
  constructor(state: Int32Array, memory: HostMemory, result: PageWalk) {
    this.#state = state;
    this.#memory = memory;
    this.#result = result;
    this.#nested = new Paging(this.#hostState, memory);
    this.#guest = new Paging(this.#guestState, this.#guestMemory(), result);
  }

  /** As Paging.walk; REFUSED where the nested tables do not allow the access, or one to the guest's tables (`refusal`). */
  walk(linear: number, access: number): number {
    this.refusal = null;
    this.#table = NOT_MAPPED;
    this.#prepareGuest(linear);
    const code = this.#guest.walk(linear, access);
    if (this.refusal !== null) return REFUSED;
    return code === -1 ? this.#translateResult(linear, access) : code;
  }

  /** Translates the guest-physical page of the result, and joins the rights of both. */
  #translateResult(linear: number, access: number): number {
    const r = this.#result;
    const page = this.#translate(r.page, linear & (PAGE_BYTES - 1), access, Translated.operand);
    if (page === NOT_MAPPED) return REFUSED;
    const { userWrite, dirty, kind } = this.#nested.result;
    r.page = page;
    r.userWrite &&= userWrite;
    r.supervisorWrite &&= userWrite;
    r.dirty &&= dirty;
    r.kind |= kind & PageKind.noExecute;
    return -1;
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
    let code = request;
    if (page < TRANSLATED_PAGES) {
      this.#prepareHost(page);
      code = this.#nested.walk(page << 12, request);
      if (code === -1) return this.#nested.result.page;
    }
    this.refusal ??= [code, translated, (page << 12) | offset, page >>> 20];
    return NOT_MAPPED;
  }

  #prepareGuest(linear: number): void {
    const guest = this.#guestState;
    for (const word of guestWords) guest[word] = this.#state[word]!;
    const isExtended = (guest[Word.cr0]! & Cr0.pg) !== 0 && (guest[Word.cr4]! & Cr4.pae) !== 0;
    if (isExtended) this.#loadPointer(guest, linear, this.#pageOfTable(guest[Word.cr3]! >>> 12));
  }

  #prepareHost(page: number): void {
    const mode = this.#state[Word.nestedMode]!;
    const host = this.#hostState;
    host[Word.cr0] = Cr0.pe | Cr0.pg | Cr0.wp;
    host[Word.cr3] = this.#state[Word.nestedCr3]!;
    host[Word.cr4] = (mode & NestedMode.pae ? Cr4.pae : 0) | (mode & NestedMode.pse ? Cr4.pse : 0);
    host[Word.efer] = mode & NestedMode.nx ? Efer.nxe : 0;
    if (mode & NestedMode.pae)
      this.#loadPointer(host, page << 12, (host[Word.cr3]! >>> 12) & this.#memory.processorPages);
  }

  /** Reads a page-directory pointer out of its table's page into a state: in each walk, as with nested paging none is kept (15.25.10). */
  #loadPointer(state: Int32Array, linear: number, page: number): void {
    const gigabyte = linear >>> 30;
    const at = (state[Word.cr3]! & POINTERS_IN_PAGE) + gigabyte * 8;
    for (let n = 0; n < 2; n++) state[Word.pagePointer + gigabyte * 2 + n] = this.#load(page, at + n * 4);
  }
}

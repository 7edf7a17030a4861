import { Cr4 } from '../../translator/abi/control-registers.ts';
import { WORD_COUNT, Word } from '../../translator/abi/state.ts';
import { type PageTables, silentPaging } from './page-tables.ts';
import { Access } from './paging.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';

/** A table of page-directory pointers begins at a multiple of so many bytes (Intel SDM vol. 3, table 4-7). */
const POINTERS_BYTES = 32;
/** Registers besides CR3 that a walk of the page tables depends on. */
const modeWords = [Word.cr0, Word.cr4, Word.efer];

/**
 * Where pages are in any address space, not only in the current one; looking has no effect on the guest. An address space is named by what CR3
 * holds while it is the current one. Its page tables are taken to be of the kind that is in force now.
 */
export class AddressSpaces {
  readonly #state: Int32Array;
  readonly #map: PhysicalMap;
  /** The state with another CR3, as far as walks need it. */
  readonly #other = new Int32Array(WORD_COUNT);
  readonly #paging: PageTables;

  constructor(state: Int32Array, map: PhysicalMap) {
    this.#state = state;
    this.#map = map;
    this.#paging = silentPaging(this.#other, map);
  }

  get current(): number {
    return this.#state[Word.cr3];
  }

  /**
   * Whether a linear page of an address space leads to a frame of RAM, for who may do everything. With nested paging it is taken to do so: what the
   * hypervisor's tables were then isn't known.
   */
  maps(space: number, linearPage: number, frame: number): boolean {
    const other = this.#other;
    const paging = this.#paging;
    const state = this.#state;
    if (state[Word.nestedMode] !== 0) return true;
    for (const word of modeWords) other[word] = state[word];
    other[Word.cr3] = space;
    if (state[Word.cr4] & Cr4.pae) this.#loadPointer(space, linearPage >>> 18);
    return paging.walk(linearPage << 12, Access.read) === -1 && this.#map.frameAt(paging.result.page) === frame;
  }

  /** Fetches the pointer of a gigabyte, which a load of CR3 would keep in the state. */
  #loadPointer(space: number, gigabyte: number): void {
    const frame = this.#map.frameAt((space >>> 12) & this.#map.processorPages);
    const at = (frame << 10) | ((space & 0xfff & -POINTERS_BYTES) >>> 2) | (gigabyte << 1);
    const pointer = Word.pagePointer + (gigabyte << 1);
    for (let n = 0; n < 2; n++) this.#other[pointer + n] = frame === NO_FRAME ? 0 : this.#map.ram.words[at + n];
  }
}

import { Cr4 } from '../../translator/abi/control-registers.ts';
import { Word } from '../../translator/abi/state.ts';
import { LARGE, PRESENT, page4mbOf, pageOf } from './page-entry.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';

/** Bytes in front of which a table of page-directory pointers begins; what CR3 has besides. */
const POINTER_TABLE = -32;

/**
 * Reads the page tables of any address space, not only of the current one, with no effect on the guest. An address space is named by what CR3
 * holds while it is the current one. Its tables are taken to be of the kind that is in force now.
 */
export class AddressSpaces {
  private readonly state: Int32Array;
  private readonly map: PhysicalMap;

  constructor(state: Int32Array, map: PhysicalMap) {
    this.state = state;
    this.map = map;
  }

  get current(): number {
    return this.state[Word.cr3];
  }

  /** Whether a linear page of an address space leads to a frame of RAM, whoever may access it. */
  maps(space: number, linearPage: number, frame: number): boolean {
    const isExtended = (this.state[Word.cr4] & Cr4.pae) !== 0;
    const page = isExtended ? this.extended(space, linearPage) : this.classic(space, linearPage);
    return page >= 0 && this.map.frameAt(page & this.map.processorPages) === frame;
  }

  /** The physical page at a linear page, by 32-bit paging; -1 if there is none. */
  private classic(space: number, linearPage: number): number {
    const upper = this.word(space >>> 12, linearPage >>> 10);
    if ((upper & PRESENT) === 0) return -1;
    if (upper & LARGE && this.state[Word.cr4] & Cr4.pse) return page4mbOf(upper) | (linearPage & 0x3ff);
    const lower = this.word(upper >>> 12, linearPage & 0x3ff);
    return lower & PRESENT ? lower >>> 12 : -1;
  }

  /** The same by PAE paging. */
  private extended(space: number, linearPage: number): number {
    const pointers = ((space & POINTER_TABLE & 0xfff) >>> 2) + ((linearPage >>> 18) << 1);
    const directory = this.table(space >>> 12, pointers);
    if (directory < 0) return -1;
    const at = ((linearPage >>> 9) & 0x1ff) << 1;
    const upper = this.word(directory, at);
    if (upper & LARGE) return upper & PRESENT ? this.table(directory, at) | (linearPage & 0x1ff) : -1;
    const table = this.table(directory, at);
    return table < 0 ? -1 : this.table(table, (linearPage & 0x1ff) << 1);
  }

  /** The physical page that an entry of PAE paging names, by the number of its lower word in a page; -1 if it is not present. */
  private table(page: number, word: number): number {
    const low = this.word(page, word);
    return low & PRESENT ? pageOf(low, this.word(page, word + 1)) : -1;
  }

  /** A word of a table; not present where no memory is. */
  private word(page: number, word: number): number {
    const frame = this.map.frameAt(page & this.map.processorPages);
    return frame === NO_FRAME ? 0 : this.map.ram.words[(frame << 10) | word];
  }
}

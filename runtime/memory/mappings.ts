import { Cr0, Cr4 } from '../../translator/abi/control-registers.ts';
import { Word } from '../../translator/abi/state.ts';
import { LARGE, NO_EXECUTE, PRESENT, page4mbOf, pageOf, USER, WRITABLE } from './page-entry.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';

/** A page that the page tables in force map. */
export interface Mapping {
  readonly linear: number;
  /** The physical address, up to 36 bits. */
  readonly physical: number;
  readonly bytes: number;
  /** The lower word of the entry that maps it. */
  readonly entry: number;
  readonly isExecutable: boolean;
  /** Rights of all levels together. */
  readonly isUser: boolean;
  readonly isWritable: boolean;
}

/** Both words of an entry; without PAE the upper one is 0. */
type EntryWords = readonly [low: number, high: number];

/** One kind of paging: what a directory's entry spans, and the widths of its entries and tables. */
interface TableFormat {
  readonly largeBytes: number;
  readonly entryBytes: number;
  readonly tableEntries: number;
  readonly hasLargePages: boolean;
}

const PAGE = 4096;
const SPACE = 2 ** 32;
/** Size of a large page without PAE, in bytes. */
const LARGE_BYTES = 4 << 20;
/** Size of the range that an entry of the page-directory-pointer table spans, in bytes. */
const GIGABYTE = 2 ** 30;

/** Lists what page tables map, with no effect on the guest: no accessed bit is set, and no device's register is read. */
export class Mappings {
  readonly #state: Int32Array;
  readonly #map: PhysicalMap;

  constructor(state: Int32Array, map: PhysicalMap) {
    this.#state = state;
    this.#map = map;
  }

  get isPaging(): boolean {
    return (this.#state[Word.cr0]! & Cr0.pg) !== 0;
  }

  /** The mappings from a linear address on, by address. None without paging. */
  *from(first: number): Generator<Mapping> {
    if (!this.isPaging) return;
    const format = this.#format;
    for (let linear = first - (first % format.largeBytes); linear < SPACE; linear += format.largeBytes) {
      const upper = this.#directoryEntry(linear, format);
      if ((upper[0] & PRESENT) === 0) continue;
      for (const mapping of this.#below(linear, upper, format)) {
        if (mapping.linear + mapping.bytes > first) yield mapping;
      }
    }
  }

  get #format(): TableFormat {
    const cr4 = this.#state[Word.cr4]!;
    if (cr4 & Cr4.pae) return { largeBytes: 2 << 20, entryBytes: 8, tableEntries: 512, hasLargePages: true };
    return { largeBytes: LARGE_BYTES, entryBytes: 4, tableEntries: 1024, hasLargePages: (cr4 & Cr4.pse) !== 0 };
  }

  #directoryEntry(linear: number, { largeBytes, entryBytes, tableEntries }: TableFormat): EntryWords {
    const state = this.#state;
    const index = Math.floor(linear / largeBytes) % tableEntries;
    if (entryBytes === 4) return this.#entry(state[Word.cr3]! >>> 12, index, entryBytes);
    const pointer = Word.pagePointer + 2 * Math.floor(linear / GIGABYTE);
    const isThere = (state[pointer]! & PRESENT) !== 0;
    return isThere ? this.#entry(pageOf(state[pointer]!, state[pointer + 1]!), index, entryBytes) : [0, 0];
  }

  *#below(linear: number, upper: EntryWords, format: TableFormat): Generator<Mapping> {
    const { largeBytes, entryBytes, tableEntries, hasLargePages } = format;
    if (hasLargePages && upper[0] & LARGE) {
      yield mapping(linear, largeBytes, upper, upper);
      return;
    }
    const table = pageOf(...upper);
    for (let index = 0; index < tableEntries; index++) {
      const lower = this.#entry(table, index, entryBytes);
      if (lower[0] & PRESENT) yield mapping(linear + index * PAGE, PAGE, lower, upper);
    }
  }

  /** Not present where no memory is. */
  #entry(page: number, index: number, entryBytes: number): EntryWords {
    const frame = this.#map.frameAt(page & this.#map.processorPages);
    if (frame === NO_FRAME) return [0, 0];
    const { words } = this.#map.ram;
    const at = (frame * PAGE + index * entryBytes) >>> 2;
    return [words[at]!, entryBytes === 8 ? words[at + 1]! : 0];
  }
}

function mapping(linear: number, bytes: number, lower: EntryWords, upper: EntryWords): Mapping {
  const rights = lower[0] & upper[0];
  return {
    ...{ linear, bytes, entry: lower[0], physical: pageNumber(bytes, lower) * PAGE },
    isExecutable: ((lower[1] | upper[1]) & NO_EXECUTE) === 0,
    isUser: (rights & USER) !== 0,
    isWritable: (rights & WRITABLE) !== 0,
  };
}

function pageNumber(bytes: number, [low, high]: EntryWords): number {
  if (bytes === LARGE_BYTES) return page4mbOf(low);
  return pageOf(low & -bytes, high);
}

import { Word } from '../../translator/abi/state.ts';
import { leaveForNestedFault, NestedPaging, notMapped } from './nested-paging.ts';
import { type PageWalk, Paging } from './paging.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';

/** The part of physical memory that walks use. */
type WalkedMemory = Pick<PhysicalMap, 'ram' | 'processorPages' | 'frameAt' | 'storedFrameAt' | 'readDevice'>;

/** The page walks of a processor: by its page tables and, for a guest with nested paging, by its hypervisor's after them. */
export class PageTables {
  readonly result: PageWalk;
  readonly #state: Int32Array;
  readonly #paging: Paging;
  readonly #nested: NestedPaging;

  constructor(state: Int32Array, memory: WalkedMemory, onRefused: typeof leaveForNestedFault | typeof notMapped) {
    this.#state = state;
    this.#paging = new Paging(state, memory);
    this.result = this.#paging.result;
    this.#nested = new NestedPaging(state, memory, this.result, onRefused);
  }

  get isNested(): boolean {
    return this.#state[Word.nestedMode] !== 0;
  }

  /** As Paging.walk. */
  walk(linear: number, access: number): number {
    return this.isNested ? this.#nested.walk(linear, access) : this.#paging.walk(linear, access);
  }

  /** The doubleword at an address that is physical for a guest; only with nested paging. */
  loadGuestPhysical32(physical: number): number {
    return this.#nested.load32(physical);
  }
}

/** The page walks of a processor as it does them. */
export function walkingPageTables(state: Int32Array, map: PhysicalMap): PageTables {
  return new PageTables(state, map, leaveForNestedFault);
}

/** Page walks without any effect: all of memory is read-only to them, so they set no accessed and dirty bits, and devices read as 0. */
export function silentPaging(state: Int32Array, map: PhysicalMap): PageTables {
  const memory = {
    ram: map.ram,
    get processorPages() {
      return map.processorPages;
    },
    frameAt: (page: number) => map.frameAt(page),
    storedFrameAt: () => NO_FRAME,
    readDevice: () => 0,
  };
  return new PageTables(state, memory, notMapped);
}

import { Exit } from '../../translator/abi/exits.ts';
import { Word } from '../../translator/abi/state.ts';
import { type ExitInformation, raiseExit } from '../fault.ts';
import { NestedPaging, REFUSED } from './nested-paging.ts';
import { type PageWalk, Paging } from './paging.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';

/** The part of physical memory that walks use. */
type WalkedMemory = Pick<PhysicalMap, 'ram' | 'processorPages' | 'frameAt' | 'storedFrameAt' | 'readDevice'>;

/** Gets what nested tables do not allow, and throws, or gives an error code. */
type OnRefused = (refusal: ExitInformation) => number;

/** The page walks of a processor: by its page tables and, for a guest with nested paging, by its hypervisor's after them. */
export class PageTables {
  readonly result: PageWalk;
  readonly #state: Int32Array;
  readonly #paging: Paging;
  readonly #nested: NestedPaging;
  readonly #onRefused: OnRefused;

  constructor(state: Int32Array, memory: WalkedMemory, onRefused: OnRefused) {
    this.#state = state;
    this.#paging = new Paging(state, memory);
    this.result = this.#paging.result;
    this.#nested = new NestedPaging(state, memory, this.result);
    this.#onRefused = onRefused;
  }

  get #isNested(): boolean {
    return this.#state[Word.nestedMode] !== 0;
  }

  /** As Paging.walk. What the nested tables do not allow leaves the guest, where this is no silent walk. */
  walk(linear: number, access: number): number {
    if (!this.#isNested) return this.#paging.walk(linear, access);
    const code = this.#nested.walk(linear, access);
    return code === REFUSED ? this.#onRefused(this.#nested.refusal!) : code;
  }

  /** Whether an access is allowed, and leads to `result`. Nothing is raised. */
  allows(linear: number, access: number): boolean {
    return (this.#isNested ? this.#nested : this.#paging).walk(linear, access) === -1;
  }
}

/** The page walks of a processor as it does them. */
export function walkingPageTables(state: Int32Array, map: PhysicalMap): PageTables {
  return new PageTables(state, map, (refusal) => raiseExit(Exit.nestedPageFault, refusal));
}

/** An error code, of no meaning. */
const NOT_ALLOWED = 0;

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
  return new PageTables(state, memory, () => NOT_ALLOWED);
}

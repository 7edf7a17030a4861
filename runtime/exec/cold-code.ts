import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import { Word } from '../../translator/abi/state.ts';
import { isRepeated } from '../../translator/region/flow.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import type { CodeCache } from './code-cache.ts';
import { type CodePage, makeNowhere } from './code-page.ts';
import type { Handlers } from './handlers.ts';
import type { InstructionFetch } from './instruction-fetch.ts';
import { Node } from './node.ts';
import type { Pace } from './pace.ts';
import type { Stops } from './stops.ts';

/** Runs of evicted code are counted by so many bytes (as a shift). */
const GRANULE_SHIFT = 4;
const GRANULES = PAGE >>> GRANULE_SHIFT;
/** Of a frame; more are not counted. */
const MOST_EVICTIONS = 10;
/** After so many evictions, each of an eighth of the cache, those of all frames are forgotten by half. */
const FADING = 64;
/** What fits into a count. */
const MOST_RUNS = 255;

/** How many instructions of a granule run from their bytes before it gets nodes. There are about four in one. */
export interface ColdRuns {
  /** When it first runs: none, but in tests. */
  readonly first: number;
  /** When it was evicted for the second time, twice as many for the third, and so on. */
  readonly evicted: number;
}

/**
 * Measured with bench/: see docs/performance.md. Making the node of an instruction takes as long as running it five times
 * without, and most that run at all run more often.
 */
export const defaultColdRuns: ColdRuns = { first: 0, evicted: 24 };

export interface ColdCodeParts extends Pace {
  readonly state: Int32Array;
  /** Of the guest's memory and its ROMs. */
  readonly memoryBytes: number;
  readonly cache: CodeCache;
  readonly fetch: InstructionFetch;
  readonly handlers: Handlers;
  readonly coldRuns: ColdRuns;
  /** Only nodes stop at breakpoints. */
  readonly stops: Stops;
}

/**
 * Runs code that was evicted again and again and is still wanted: not by records, which would drive out others that are wanted as
 * much, but from its bytes. Each instruction is decoded into one and the same node, and its handler run. When code has run so
 * some times it gets nodes again, the later the more often it was evicted. So a program of more code than the cache holds does
 * not spend its time making nodes.
 */
export class ColdCode {
  /** The instruction that runs. It has no record, and what its links lead to is known by its EIPs. */
  readonly current = new Node(makeNowhere(), 0, forms[INVALID_FORM], nothing);
  private readonly next = new Node(makeNowhere(), 0, forms[INVALID_FORM], nothing);
  private readonly taken = new Node(makeNowhere(), 0, forms[INVALID_FORM], nothing);
  private readonly parts: ColdCodeParts;
  /** By granule of physical addresses: how many more instructions run from their bytes. */
  private readonly missing: Uint8Array;
  /** By frame, how often its code was evicted. */
  private readonly evictions: Uint8Array;
  private untilFaded = FADING;
  /** Instructions that were run from their bytes. */
  runs = 0;

  constructor(parts: ColdCodeParts) {
    this.parts = parts;
    this.missing = new Uint8Array(parts.memoryBytes >>> GRANULE_SHIFT);
    this.evictions = new Uint8Array(parts.memoryBytes / PAGE);
    // Filling takes memory of the host, even with zeros.
    if (parts.coldRuns.first > 0) this.forget();
    this.current.next = this.next;
    this.current.taken = this.taken;
  }

  /** The code of these frames was evicted. */
  evicted(frames: Iterable<number>): void {
    for (const frame of frames) {
      const before = this.evictions[frame];
      this.evictions[frame] = Math.min(before + 1, MOST_EVICTIONS);
      const missing = Math.min(before * this.parts.coldRuns.evicted, MOST_RUNS);
      this.missing.fill(missing, frame * GRANULES, (frame + 1) * GRANULES);
    }
    if (--this.untilFaded > 0) return;
    this.untilFaded = FADING;
    for (let frame = 0; frame < this.evictions.length; frame++) this.evictions[frame] >>>= 1;
  }

  /** Forgets what was evicted: all code is as if it had not run yet. */
  forget(): void {
    this.missing.fill(this.parts.coldRuns.first);
    this.evictions.fill(0);
  }

  /** Whether code is to be run from its bytes. */
  has(page: CodePage, eip: number): boolean {
    return page.frame >= 0 && this.missing[granuleOf(page, eip)] > 0 && !this.parts.stops.hasPage(page.linearPage);
  }

  /**
   * Runs code of a page from an EIP on, until it comes to a record, or leaves (0). Faults as running a node does; `current` is
   * where.
   */
  run(page: CodePage, eip: number): number {
    const { current, parts } = this;
    for (;;) {
      if (!this.decode(page, eip)) return this.givenBack(this.warm(page, eip));
      const next = this.runOne(page, eip);
      if (next === this.next) eip = current.nextEip;
      else if (next === this.taken) eip = current.target;
      else return next === null ? 0 : next.record;
      const there = page.distanceTo(eip) >>> 0 < PAGE ? page : this.otherPage(eip);
      if (there === null) return this.leave(eip);
      page = there;
      const record = this.recordAt(page, eip);
      if (record !== 0) return record;
      if (parts.budgeted && parts.state[Word.budget]-- <= 0) return this.leaveUnrun(eip);
    }
  }

  /** The page at an EIP, as a gate finds it; null if attention is asked for. */
  private otherPage(eip: number): CodePage | null {
    return this.parts.isAsked() ? null : this.parts.cache.pageAt(eip);
  }

  /** Makes the instruction at an EIP the current one; false if it must not run so. */
  private decode(page: CodePage, eip: number): boolean {
    const { current } = this;
    current.page = page;
    current.eip = eip;
    // The node of an instruction in two pages knows where its last bytes are; what a repeated one writes may be code, and
    // is not looked for in its own bytes if they have no record.
    return this.parts.fetch.within(current) !== 0 && !isRepeated(current);
  }

  /** What the handler of the current instruction gives: a link of `current`, a node, or null. */
  private runOne(page: CodePage, eip: number): Node | null {
    const { current } = this;
    this.missing[granuleOf(page, eip)]--;
    this.runs++;
    return this.parts.handlers.get(current, page.context.key).run(current);
  }

  /** The record at an EIP, if there is one or should be. */
  private recordAt(page: CodePage, eip: number): number {
    const offset = page.distanceTo(eip);
    return page.at(offset) || (this.has(page, eip) ? 0 : this.parts.cache.recordAt(page, offset));
  }

  /** A record for code that would run from its bytes. */
  private warm(page: CodePage, eip: number): number {
    this.missing[granuleOf(page, eip)] = 0;
    return this.parts.cache.recordAt(page, page.distanceTo(eip));
  }

  private leave(eip: number): 0 {
    this.parts.state[Word.eip] = eip;
    return 0;
  }

  private leaveUnrun(eip: number): 0 {
    return this.givenBack(this.leave(eip));
  }

  /** Gives back what was taken from the budget for an instruction that has not run. */
  private givenBack<T>(record: T): T {
    if (this.parts.budgeted) this.parts.state[Word.budget]++;
    return record;
  }
}

/** Number of the granule that a page has at an EIP. */
function granuleOf(page: CodePage, eip: number): number {
  return ((page.frame << 12) | (page.distanceTo(eip) & (PAGE - 1))) >>> GRANULE_SHIFT;
}

function nothing(): never {
  throw new Error('this node stands for others');
}

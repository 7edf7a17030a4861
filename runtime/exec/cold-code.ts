import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import { Word } from '../../translator/abi/state.ts';
import { isRelative, isRepeated } from '../../translator/region/flow.ts';
import type { CodeCache } from './code-cache.ts';
import { type CodePage, makeNowhere } from './code-page.ts';
import type { GraphParts } from './decoded-code.ts';
import type { InstructionFetch } from './instruction-fetch.ts';
import { Node, notRun } from './node.ts';

interface ColdCodeParts extends Pick<GraphParts, 'pace' | 'state' | 'handlers' | 'stops' | 'records'> {
  readonly cache: CodeCache;
  readonly fetch: InstructionFetch;
}

/**
 * Runs code that was evicted again and again and is still wanted: not by records of its own, which would drive out others that are
 * wanted as much, but from its bytes. Each instruction is decoded into one and the same record, and its handler run. When code has
 * run so some times it gets records again, the later the more often it was evicted. So a program of more code than the cache holds
 * does not spend its time making them.
 */
export class ColdCode {
  /** The record of the instruction that runs. */
  readonly record: number;
  /** Records that stand for the instruction after it, and for the one a relative jump goes to. */
  private readonly next: number;
  private readonly taken: number;
  /** The pages of the first two records and of the third one: for the time of an instruction they are where that is, and where it jumps to. */
  private readonly place = makeNowhere();
  private readonly target = makeNowhere();
  private readonly current: Node;
  private readonly parts: ColdCodeParts;
  /** Instructions that were run from their bytes. */
  runs = 0;

  constructor(parts: ColdCodeParts) {
    this.parts = parts;
    this.record = parts.records.append(this.place, 0);
    this.next = parts.records.append(this.place, 0);
    this.taken = parts.records.append(this.target, 0);
    this.current = new Node(this.place, 0, notRun);
  }

  /** Whether code is to be run from its bytes. Only records stop at breakpoints. */
  has(page: CodePage, eip: number): boolean {
    return this.parts.cache.evictions.isCold(page, eip) && !this.parts.stops.hasPage(page.linearPage);
  }

  /**
   * Runs code of a page from an EIP on, until it comes to a record, or leaves (0), perhaps with a fault (Graph.faulted). Other
   * faults are thrown; `record` is where.
   */
  run(page: CodePage, eip: number): number {
    const { current } = this;
    for (;;) {
      if (!this.decode(page, eip)) return this.warm(page, eip);
      const next = this.runOne(page, eip);
      if (next === this.next) eip = current.nextEip;
      else if (next === this.taken) eip = current.target;
      else return next;
      const there = page.distanceTo(eip) >>> 0 < PAGE ? page : this.otherPage(eip);
      if (there === null) return this.leave(eip);
      page = there;
      const record = this.recordAt(page, eip);
      if (record !== 0) return record;
      if (!this.parts.pace.take()) return this.leave(eip);
    }
  }

  /** The page at an EIP, as a gate finds it; null if attention is asked for. */
  private otherPage(eip: number): CodePage | null {
    return this.parts.pace.isAsked() ? null : this.parts.cache.pageAt(eip);
  }

  /** Makes the instruction at an EIP the current one; false if it must not run so. */
  private decode(page: CodePage, eip: number): boolean {
    const { current, place } = this;
    place.become(page.id, page.context, page.frame, page.linearPage);
    // The records of these pages are at their first bytes.
    place.eip = eip;
    current.page = page;
    current.eip = eip;
    // The node of an instruction in two pages knows where its last bytes are; what a repeated one writes may be code, and
    // is not looked for in its own bytes if they have no record.
    return this.parts.fetch.within(current) !== 0 && !isRepeated(current);
  }

  /** Runs the handler of the current instruction. */
  private runOne(page: CodePage, eip: number): number {
    const { current, record } = this;
    const { cache, handlers, records } = this.parts;
    cache.evictions.count(page, eip);
    this.runs++;
    const { key } = page.context;
    const { operation, number } = handlers.get(current, key);
    this.target.eip = current.target;
    records.write(record, current, 0, number, isRelative(current) ? this.taken : 0);
    // Where jumps go is noted of records that stay.
    if (!isRelative(current)) records.views.NOTES[record] = 0;
    return handlers.functions[key][operation](record);
  }

  /** The record at an EIP, if there is one or should be. */
  private recordAt(page: CodePage, eip: number): number {
    const offset = page.distanceTo(eip);
    return page.at(offset) || (this.has(page, eip) ? 0 : this.parts.cache.recordAt(page, offset));
  }

  /** A record for code that would run from its bytes; the instruction there has not run. */
  private warm(page: CodePage, eip: number): number {
    this.parts.pace.giveBack();
    this.parts.cache.evictions.warm(page, eip);
    return this.parts.cache.recordAt(page, page.distanceTo(eip));
  }

  private leave(eip: number): 0 {
    this.parts.state[Word.eip] = eip;
    return 0;
  }
}

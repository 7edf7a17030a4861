import { RECORD_SHIFT } from '../../translator/abi/record.ts';
import { endsBlock, isCall, isRelative } from '../../translator/region/flow.ts';
import type { Graph } from './graph.ts';
import type { Handler } from './handlers.ts';
import type { Records } from './records.ts';

/** Instructions that are looked at, at most, to judge the worth of an entry. */
const MOST_INSTRUCTIONS = 500;

/** Calls a function with the handlers of a block's instructions, and gives the record of the last one. */
function eachOfBlock(graph: Graph, first: number, visit: (handler: Handler) => void): number {
  const { records } = graph;
  let last = first;
  for (let at = first; records.isDecoded(at); at = records.after(at)) {
    const handler = graph.handlerOf(at);
    visit(handler);
    last = at;
    if (endsBlock(handler)) break;
  }
  return last;
}

/** Options that decide whether an entry is worth its translation. */
export interface WorthOptions {
  /**
   * The part of all instructions interpreted meanwhile that must be an entry's, with those of its function that it leads to. 0: any
   * entry is worth it.
   */
  readonly share: number;
  /** Number of instructions that is enough, whatever part they are: V8 takes about as long for the translation. */
  readonly enough: number;
}

/**
 * Whether an entry has enough of what is interpreted to be worth its translation. Work is counted in instructions, whenever an
 * entry is looked at: for its block, as often as it was come to since it was looked at before. So it takes no clock, and a slow
 * host decides as a fast one does.
 */
export class Work {
  /** All instructions that were interpreted. */
  private all = 0;
  /** By record: that when the heat of its node began to count. */
  private readonly since: Float64Array;
  private readonly records: Records;
  private readonly graph: Graph;
  private readonly options: WorthOptions;

  constructor(graph: Graph, options: WorthOptions) {
    this.graph = graph;
    this.records = graph.records;
    this.options = options;
    this.since = new Float64Array(graph.records.stock.capacity);
  }

  /** How often the code at a record has run, as far as it is counted: entries are, while they are not translated. */
  runsOf(record: number): number {
    const { records } = this;
    if (!records.isDecoded(record)) return 0;
    const weight = records.weightOf(record);
    return Math.max(1, weight === 0 ? 1 : records.heat.of(record) / weight);
  }

  /** An entry has gained so much heat since it was looked at before. */
  charge(record: number, heat: number): void {
    let length = 0;
    eachOfBlock(this.graph, record, () => length++);
    this.all += (heat / this.records.weightOf(record)) * length;
  }

  /** The heat of an entry counts from here. */
  begin(record: number): void {
    this.since[record >>> RECORD_SHIFT] = this.all;
  }

  /** Whether an entry that has gained so much heat since then is not worth a translation. */
  isSmall(record: number, heat: number): boolean {
    const { share, enough } = this.options;
    if (share === 0) return false;
    const stay = this.stayOf(record);
    if (stay * this.runsOf(record) >= enough) return false;
    return (heat / this.records.weightOf(record)) * stay < share * (this.all - this.since[record >>> RECORD_SHIFT]);
  }

  /** Whether an instruction of a block has a property. */
  hasInBlock(record: number, property: (handler: Handler) => boolean): boolean {
    let found = false;
    eachOfBlock(this.graph, record, (handler) => {
      found ||= property(handler);
    });
    return found;
  }

  /** How many instructions of its function run each time that control comes to an entry: those of what it calls are not among them. */
  private stayOf(entry: number): number {
    const seen = new Set<number>();
    const leaders = [entry];
    let work = 0;
    let instructions = 0;
    for (let first = leaders.pop(); first !== undefined && instructions < MOST_INSTRUCTIONS; first = leaders.pop()) {
      if (seen.has(first) || !this.isInterpreted(first, entry)) continue;
      seen.add(first);
      let length = 0;
      const last = eachOfBlock(this.graph, first, () => length++);
      leaders.push(...this.after(last));
      instructions += length;
      work += length * this.runsOf(first);
    }
    return work / this.runsOf(entry);
  }

  private isInterpreted(record: number, entry: number): boolean {
    return this.records.isDecoded(record) && (record === entry || !this.records.nodeOf(record)?.isTranslated);
  }

  /** Where control goes within its function after the last instruction of a block. */
  private after(last: number): number[] {
    const { records } = this;
    const { TAKEN } = records.views;
    const handler = this.graph.handlerOf(last);
    if (handler.form.class !== 'control' || isCall(handler)) return [records.after(last)];
    if (!isRelative(handler)) return [];
    return handler.form.flow === 'jump' ? [TAKEN[last]] : [TAKEN[last], records.after(last)];
  }
}

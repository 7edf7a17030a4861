import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import { Operation, RECORD_WORDS, RETURN_RECORD } from '../../translator/abi/record.ts';
import { Word } from '../../translator/abi/state.ts';
import type { Assumption } from '../../translator/emit/links.ts';
import { endsBlock, hasNext, isRelative, isRepeated } from '../../translator/region/flow.ts';
import type { Decode } from '../../translator/x86/decode.ts';
import type { Mmu } from '../memory/mmu.ts';
import { CodeCache, type InstructionReset } from './code-cache.ts';
import { type CodePage, nowhere } from './code-page.ts';
import { ColdCode } from './cold-code.ts';
import type { ColdRuns } from './evictions.ts';
import type { Handler, Handlers } from './handlers.ts';
import { InstructionFetch } from './instruction-fetch.ts';
import { Linker } from './linker.ts';
import { EntryWeight, Node, notRun, type Run, targetWeight } from './node.ts';
import type { Pace } from './pace.ts';
import type { Records } from './records.ts';
import type { Stops } from './stops.ts';

/** The parts that decoded code and what runs it are made of. */
export interface GraphParts {
  readonly pace: Pace;
  readonly state: Int32Array;
  readonly mmu: Mmu;
  readonly handlers: Handlers;
  readonly records: Records;
  /** The decoder of the CPU's model. */
  readonly decoder: Decode;
  /** Calls that may be nested in each other. */
  readonly callDepth: number;
  /** Heat at which an entry is translated. */
  readonly hotAt: number;
  /** Heat at which an entry is first looked at; null: entries don't count their runs. */
  readonly firstDue: number | null;
  /** Called with an entry that has come to its `due`. */
  readonly onDue: (node: Node) => void;
  /** Called with the link of a translation by which it is left because an assumption failed. */
  readonly failed: (link: Node, assumption: Assumption) => void;
  readonly coldRuns: ColdRuns;
  readonly stops: Stops;
  /** Bytes of the host's memory that code may take. */
  readonly cacheBytes: number;
  /** An interrupt waits, and IF allows it. */
  readonly interruptWaits: () => boolean;
}

/**
 * Decodes instructions into records when they first run, and links these. Nodes are made of records where something needs one: a translation, an
 * observation, an instruction in two pages.
 */
export abstract class DecodedCode implements InstructionReset {
  readonly cache: CodeCache;
  /** Instructions decoded. */
  decoded = 0;
  readonly decoder: Decode;
  readonly records: Records;
  readonly stops: Stops;
  readonly cold: ColdCode;
  readonly linker: Linker;
  readonly pace: Pace;
  /** The record of the instruction that is in a slow path or a trap (cell RUNNING); 0: EIP tells where a fault is. */
  readonly running = new Int32Array(1);
  protected readonly parts: GraphParts;
  protected readonly state: Int32Array;
  private readonly fetch: InstructionFetch;
  /** The instruction that is decoded straight into a record. */
  private readonly draft = new Node(nowhere, 0, notRun);
  /** By record, called each time that its instruction runs. */
  private readonly counters = new Map<number, () => void>();

  constructor(parts: GraphParts) {
    this.parts = parts;
    this.decoder = parts.decoder;
    this.records = parts.records;
    this.stops = parts.stops;
    this.state = parts.state;
    this.pace = parts.pace;
    this.cache = new CodeCache(parts, this);
    this.linker = new Linker({
      ...parts,
      cache: this.cache,
      settle: (record) => this.settle(record),
      leave: (eip) => this.leave(eip),
    });
    this.fetch = new InstructionFetch(parts.mmu, parts.decoder);
    this.cold = new ColdCode({ ...parts, cache: this.cache, fetch: this.fetch });
  }

  /** The node of a record, or of the one that it leads to, made if there is none. */
  nodeOf(redirected: number): Node {
    const record = this.records.resolve(redirected);
    return this.records.nodeOf(record) ?? this.makeNode(record);
  }

  private makeNode(record: number): Node {
    const { records } = this;
    const isGate = records.isGate(record);
    const node = this.cache.spare.takeNode(
      records.stock.pageOf(record)!,
      records.eipOf(record),
      isGate ? this.passing : notRun,
    );
    if (!isGate) node.enter = this.declined;
    node.due = records.heat.firstDue;
    this.cache.attach(record, node);
    return node;
  }

  /** The node of a record with its instruction, if that is decoded. */
  decodedNodeOf(record: number): Node {
    const node = this.nodeOf(record);
    if (node.length === 0 && this.records.isDecoded(record)) {
      node.length = this.fetch.within(node) || this.fetch.across(node);
    }
    return node;
  }

  /** Makes an instruction decode its bytes again when it next runs. */
  reset(record: number): void {
    this.records.reset(record);
    const node = this.records.nodeOf(record);
    if (node === null) return;
    node.run = notRun;
    node.enter = this.declined;
    node.length = 0;
    node.targets = null;
    node.tail = null;
  }

  /** `enter` where no translation starts: CALL is to run the node. What the call took from the budget for it is given back. */
  private readonly declined: Run = (node) => {
    this.pace.giveBack();
    return node;
  };

  /** The record of an instruction, which is decoded if it is not yet. */
  ensureDecoded(record: number): number {
    return this.records.isDecoded(record) ? record : this.decode(record);
  }

  /** Decodes an instruction, and gives its record, which may be another one. Faults as fetching it does. */
  decode(record: number): number {
    const { draft, records } = this;
    this.running[0] = record;
    const page = records.stock.pageOf(record)!;
    draft.page = page;
    draft.eip = records.eipOf(record);
    const length = this.fetch.within(draft);
    if (length > 0) return this.write(record, draft, length);
    const node = this.nodeOf(record);
    node.length = this.fetch.across(node);
    return this.write(record, node, node.length);
  }

  /** Brings an instruction that was decoded into its record, which may become another one, and makes the records that it leads to. */
  private write(old: number, i: Node, length: number): number {
    const { page } = i;
    const { records } = this;
    const offset = records.offsetOf(old);
    const end = offset + length;
    this.cache.frames.mark(page.frame, offset, Math.min(end, PAGE));
    this.decoded++;
    page.noteDecoded(i);
    // A region ends in front of an instruction that crosses the page's end, so what follows it may begin one.
    const begins = endsBlock(i) || end > PAGE;
    const record = hasNext(i) ? this.follow(old, i, begins ? EntryWeight.inner : EntryWeight.none) : old;
    if (isRepeated(i)) this.linker.markEntry(record, EntryWeight.loop);
    const taken = isRelative(i) ? this.linker.linkTo(page, i.target, targetWeight(i)) : 0;
    const { number } = this.parts.handlers.get(i, page.context.key);
    records.write(record, i, length, number, taken);
    // It may have been another instruction's, which was evicted.
    this.counters.delete(record);
    this.settle(record);
    return record;
  }

  /**
   * Makes the record after an instruction's that of what comes in sequence. Where that has one already it leads there; where the
   * place is taken the instruction gets another record, which is the result.
   */
  private follow(old: number, i: Node, weight: number): number {
    const { cache, records } = this;
    const { page, nextEip } = i;
    const offset = page.distanceTo(nextEip);
    const isFollowed = records.isFollowed(old, offset);
    const record = isFollowed || records.stock.isLast(page, old) ? old : cache.moveRecord(old);
    const next = isFollowed ? old + RECORD_WORDS : cache.follow(page, nextEip);
    if (offset >>> 0 < PAGE && page.at(offset) === next) this.linker.markEntry(next, weight);
    else records.redirect(next, this.linker.linkTo(page, nextEip, weight));
    return record;
  }

  /** Has the instruction of a record run by itself, unless a translation begins there. */
  settle(record: number): void {
    const { records } = this;
    if (!records.isDecoded(record) || records.nodeOf(record)?.isTranslated) return;
    const operation = this.ownOperationOf(record);
    // Where no translation can begin nothing is heated.
    this.setOperation(record, operation, operation >= Operation.first && this.parts.firstDue !== null);
  }

  /** Has an instruction run by an operation; a breakpoint stops the loop in front of it, but not a step. */
  private setOperation(record: number, operation: number, heats: boolean): void {
    const { records } = this;
    records.setOwnOperation(record, operation, heats);
    if (this.stopsAt(records.stock.pageOf(record)!, records.eipOf(record))) {
      records.views.OPERATION[record] = Operation.breakpoint;
    }
  }

  /** Has a translation run where a node's instruction is. */
  installAt(node: Node, run: Run): void {
    node.run = run;
    node.enter = run;
    this.records.setTranslated(node.record);
  }

  /** Has the runs of an entry no longer counted, as it can't be translated. */
  stopHeating(record: number): void {
    this.setOperation(record, this.ownOperationOf(record), false);
  }

  /** The operation of an instruction where no translation begins, and no breakpoint is. */
  private ownOperationOf(record: number): number {
    const { records } = this;
    if (records.offsetOf(record) + records.lengthOf(record) > PAGE) return Operation.crossing;
    return this.counters.has(record) ? Operation.counted : this.handlerOf(record).operation;
  }

  /** Has a function called each time that an instruction runs by itself, or no longer. */
  count(record: number, counter: (() => void) | null): void {
    if (counter === null) this.counters.delete(record);
    else this.counters.set(record, counter);
    this.settle(record);
  }

  /** Whether the instruction at an EIP of a page has a debugger's breakpoint. */
  stopsAt({ context }: CodePage, eip: number): boolean {
    return this.stops.has((eip + context.base) | 0);
  }

  // Operations.

  /** Runs the instruction of a record by its handler, whatever begins there; 0: leaves, perhaps with a fault. */
  private runHandler(record: number): number {
    return this.runBy(record, this.handlerOf(record).operation);
  }

  protected runBy(record: number, operation: number): number {
    const { key } = this.records.stock.pageOf(record)!.context;
    return this.parts.handlers.functions[key][operation](record);
  }

  /** Operation.breakpoint: the dispatcher finds that out. The instruction has not run, so it costs no budget. */
  protected readonly stop = (record: number): number => this.leaveUnrun(record);

  /** Operation.counted. */
  protected readonly counted = (record: number): number => {
    this.counters.get(record)!();
    return this.runHandler(record);
  };

  /** Operation.crossing: the second page may be another one by now, or have been written. */
  protected readonly cross = (record: number): number => {
    this.running[0] = record;
    if (!this.fetch.hasTail(this.decodedNodeOf(record))) {
      this.reset(record);
      return this.runHandler(this.decode(record));
    }
    return this.runHandler(record);
  };

  /** The `run` of a gate's node. It stores where it leads, for those who check themselves whether that is mapped. */
  private readonly passing: Run = (gate) => {
    const target = this.linker.pass(gate.record);
    if (target === 0) return null;
    gate.taken = this.nodeOf(target);
    gate.targetId = this.records.views.PAGE_ID[gate.record];
    return gate.taken;
  };

  /** LEAVE: leaves in front of an instruction. */
  readonly leaveBefore = (record: number): 0 => {
    if (record !== RETURN_RECORD) this.leave(this.records.eipOf(record));
    return 0;
  };

  /** Leaves in front of an instruction whose budget was taken. */
  protected leaveUnrun(record: number): 0 {
    this.pace.giveBack();
    return this.leaveBefore(record);
  }

  protected readonly leave = (eip: number): 0 => {
    this.state[Word.eip] = eip;
    return 0;
  };

  /** The handler of a record's instruction. */
  handlerOf(record: number): Handler {
    return this.parts.handlers.all[this.records.handlerOf(record)];
  }
}

import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import { Word } from '../../translator/abi/state.ts';
import { endsBlock, isRelative, isRepeated } from '../../translator/region/flow.ts';
import type { Decode } from '../../translator/x86/decode.ts';
import { CodeCache, type InstructionReset } from './code-cache.ts';
import { type CodePage, nowhere } from './code-page.ts';
import { ColdCode } from './cold-code.ts';
import type { GraphParts } from './graph-parts.ts';
import type { Handler } from './handlers.ts';
import { InstructionFetch } from './instruction-fetch.ts';
import { EntryWeight, Node, notRun, type Run, targetWeight } from './node.ts';
import type { Pace } from './pace.ts';
import type { Records } from './records.ts';
import type { Stops } from './stops.ts';

/**
 * Decodes instructions into records when they first run, and links these. Links within a page are direct; a link to another page is
 * a gate, which checks that the page is still mapped there. Nodes are made of records where something needs one: a handler, a
 * translation.
 */
export abstract class DecodedCode implements InstructionReset {
  readonly cache: CodeCache;
  /** Instructions decoded. */
  decoded = 0;
  readonly decoder: Decode;
  readonly records: Records;
  readonly stops: Stops;
  readonly cold: ColdCode;
  readonly pace: Pace;
  protected readonly parts: GraphParts;
  protected readonly state: Int32Array;
  private readonly fetch: InstructionFetch;
  /** Runs an instruction by its handler. Where a fault of it is, is known. */
  abstract readonly interpret: Run;
  /** The node that is filled when code is decoded straight into a record. */
  private readonly draft = new Node(nowhere, 0, notRun);

  constructor(parts: GraphParts) {
    this.parts = parts;
    this.decoder = parts.decoder;
    this.records = parts.records;
    this.stops = parts.stops;
    this.state = parts.state;
    this.pace = parts.pace;
    this.cache = new CodeCache(parts, this);
    this.fetch = new InstructionFetch(parts.mmu, parts.decoder);
    this.cold = new ColdCode({ ...parts, cache: this.cache, fetch: this.fetch });
  }

  /** The node of a record, made if there is none. */
  nodeOf(record: number): Node {
    return this.records.nodeOf(record) ?? this.makeNode(record);
  }

  private makeNode(record: number): Node {
    const { records } = this;
    const node = this.cache.spare.takeNode(records.pageOf(record)!, records.eipOf(record), this.passing);
    if (!records.isGate(record)) this.undecode(node);
    node.weight = records.weightOf(record);
    node.due = records.firstDue;
    this.cache.attach(record, node);
    return node;
  }

  /** Makes an instruction decode its bytes again when it next runs. */
  reset(record: number): void {
    this.records.reset(record);
    const node = this.records.nodeOf(record);
    if (node !== null) this.undecode(node);
  }

  private undecode(node: Node): void {
    node.run = this.fresh;
    node.one = this.undecoded;
    node.length = 0;
    node.enter = this.declined;
    node.targets = null;
    node.tail = null;
  }

  /** Gives a node what it runs, and the slot that goes with it. */
  setRun(node: Node, run: Run): void {
    node.run = run;
    this.parts.loops.chooseSlot(node.record);
  }

  /** `enter` where no translation starts: CALL is to run the node. What the call took from the budget for it is given back. */
  private readonly declined: Run = (node) => {
    this.pace.giveBack();
    return node;
  };

  /** The `run` of a node that is not decoded yet: decodes it. */
  protected readonly fresh: Run = (node) => {
    this.decode(node);
    return node.run === this.stopping ? this.stopping(node) : node.one(node);
  };

  private readonly undecoded: Run = (node) => {
    this.decode(node);
    return node.one(node);
  };

  /** Decodes a node and gives it its handler. Faults as fetching the instruction does. */
  decode(node: Node): void {
    const length = this.fetch.within(node) || this.fetch.across(node);
    const handler = this.parts.handlers.get(node, node.page.context.key);
    if (!this.records.isDecoded(node.record)) this.write(node.record, node, length, handler);
    this.finish(node, length, handler);
  }

  /** Gives a node that was decoded, and its record too, what it runs and the nodes that it leads to. */
  private finish(node: Node, length: number, handler: Handler): void {
    const { NEXT, TAKEN } = this.records.views;
    node.length = length;
    node.one = node.tail === null ? this.parts.handlers.plain(handler) : this.runCrossing;
    node.next = this.nodeOf(NEXT[node.record]);
    node.taken = isRelative(node) ? this.nodeOf(TAKEN[node.record]) : null;
    this.setRun(node, this.runOf(node));
    // A nested call goes on with it: what follows may be translated again.
    if (node.tail !== null && node.run !== this.stopping) node.enter = this.interpret;
  }

  /**
   * Decodes an instruction into its record alone; false if that was not tried, as it crosses a page's end or has a breakpoint.
   * Faults as fetching it does.
   */
  protected decodeRecord(record: number, page: CodePage, eip: number): boolean {
    const { handlers, loops } = this.parts;
    const { key } = page.context;
    if (!loops.hasPaths(key) || this.stopsAt(page, eip)) return false;
    const { draft } = this;
    draft.page = page;
    draft.eip = eip;
    const length = this.fetch.within(draft);
    if (length === 0) return false;
    this.write(record, draft, length, handlers.get(draft, key));
    loops.chooseSlot(record);
    return true;
  }

  /** Brings an instruction that was decoded into its record, and makes the records that it leads to. */
  private write(record: number, i: Node, length: number, handler: Handler): void {
    const { page } = i;
    const offset = this.records.offsetOf(record);
    const end = offset + length;
    this.cache.frames.mark(page.frame, offset, Math.min(end, PAGE));
    this.decoded++;
    page.noteDecoded(i);
    // A region ends in front of an instruction that crosses the page's end, so what follows it may begin one.
    const begins = endsBlock(i) || end > PAGE;
    const next = this.linkTo(page, i.nextEip, begins ? EntryWeight.inner : EntryWeight.none);
    if (isRepeated(i)) this.markEntry(record, EntryWeight.loop);
    const taken = isRelative(i) ? this.linkTo(page, i.target, targetWeight(i)) : 0;
    this.records.write(record, i, length, handler.number, next, taken);
    this.parts.loops.note(handler);
  }

  /** The `run` of an instruction where no translation starts. One that crosses a page's end never gets one: it isn't heated. */
  private runOf(node: Node): Run {
    const { handlers, firstDue } = this.parts;
    if (this.stopsAt(node.page, node.eip)) return this.stopping;
    if (firstDue === null || node.weight === EntryWeight.none || node.tail !== null) return node.one;
    const handler = handlers.of(node.one);
    return handler === undefined ? this.heatingOne : handlers.heating(handler);
  }

  /** Whether the instruction at an EIP of a page has a debugger's breakpoint. */
  stopsAt({ context }: CodePage, eip: number): boolean {
    return this.stops.has((eip + context.base) | 0);
  }

  /** In the place of an instruction with a breakpoint: the dispatcher finds that out. It has not run, so it costs no budget. */
  private readonly stopping: Run = (node) => {
    this.leaveUnrun(node.eip);
    return null;
  };

  /** The `run` that adds to the heat of an entry whose `one` is not its handler, but a wrapper around it. */
  private readonly heatingOne: Run = (node) => {
    const heat = this.records.heatOf(node.record) + node.weight;
    this.records.setHeat(node.record, heat);
    return heat >= node.due ? this.parts.onDue(node) : node.one(node);
  };

  /** Gives a node the `run` that goes with its `one`, unless a translation starts there. */
  settle(node: Node): void {
    if (node.length === 0 || node.isTranslated) return;
    this.setRun(node, this.runOf(node));
  }

  /** Runs an instruction that crosses a page boundary. The second page may be another one by now, or have been written. */
  private readonly runCrossing: Run = (node) => {
    if (this.fetch.hasTail(node)) return this.parts.handlers.plain(this.handlerOf(node.record))(node);
    this.reset(node.record);
    this.decode(node);
    return node.one(node);
  };

  // Links.

  /** A record that leads from code of a page to an EIP: of the instruction there, or of a gate. */
  protected linkTo(page: CodePage, eip: number, weight: number): number {
    const offset = page.distanceTo(eip);
    if (offset >>> 0 >= PAGE) return this.gate(page, eip, weight);
    const record = this.cache.recordAt(page, offset);
    this.markEntry(record, weight);
    return record;
  }

  protected markEntry(record: number, weight: number): void {
    const { records } = this;
    const before = records.weightOf(record);
    if (before >= weight) return;
    records.setWeight(record, weight);
    const node = records.nodeOf(record);
    if (node !== null && before === EntryWeight.none) this.settle(node);
    this.parts.loops.chooseSlot(record);
  }

  private gate(page: CodePage, eip: number, weight: number): number {
    const { records } = this;
    const gate = this.cache.gateTo(page, eip);
    if (records.weightOf(gate) < weight) {
      records.setWeight(gate, weight);
      const { TAKEN, PAGE_ID } = records.views;
      if (this.cache.isMappedAt(eip, PAGE_ID[gate])) this.markEntry(TAKEN[gate], weight);
    }
    return gate;
  }

  /** Where a gate leads that the loop could not pass; 0: to the dispatcher. A gate is no instruction: its budget is given back. */
  protected pass(gate: number): number {
    const { TAKEN, PAGE_ID, NEXT_EIP } = this.records.views;
    const eip = NEXT_EIP[gate];
    this.pace.giveBack();
    if (!this.pace.budgeted && this.pace.isAsked()) return this.leave(eip);
    return this.cache.isMappedAt(eip, PAGE_ID[gate]) ? TAKEN[gate] : this.relink(gate, eip);
  }

  private relink(gate: number, eip: number): number {
    const target = this.cache.entryAt(eip);
    if (target === 0) return this.leave(eip);
    this.markEntry(target, this.records.weightOf(gate));
    this.records.setTarget(gate, target, this.records.pageOf(target)!.id);
    return target;
  }

  /** The `run` of a gate's node. It stores where it leads, for those who check themselves whether that is mapped. */
  private readonly passing: Run = (gate) => {
    const target = this.pass(gate.record);
    if (target === 0) return null;
    gate.taken = this.nodeOf(target);
    gate.targetId = this.records.views.PAGE_ID[gate.record];
    return gate.taken;
  };

  /** Leaves in front of an instruction whose budget was taken. */
  protected leaveUnrun(eip: number): 0 {
    this.pace.giveBack();
    return this.leave(eip);
  }

  protected leave(eip: number): 0 {
    this.state[Word.eip] = eip;
    return 0;
  }

  /** The handler of a record's instruction. */
  handlerOf(record: number): Handler {
    return this.parts.handlers.all[this.records.handlerOf(record)];
  }
}

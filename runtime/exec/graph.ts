import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import { Eflags, Shadow, Word } from '../../translator/abi/state.ts';
import type { Link } from '../../translator/emit/links.ts';
import { endsBlock, isRelative, isRepeated } from '../../translator/region/flow.ts';
import type { Decode } from '../../translator/x86/decode.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import type { Tlb } from '../memory/tlb.ts';
import { CodeCache } from './code-cache.ts';
import { type CodePage, makeNowhere } from './code-page.ts';
import { ColdCode } from './cold-code.ts';
import type { GraphParts } from './graph-parts.ts';
import type { Handler } from './handlers.ts';
import { InstructionFetch } from './instruction-fetch.ts';
import type { Loop } from './loops.ts';
import { EntryWeight, Node, type Run, targetWeight } from './node.ts';
import type { Records } from './records.ts';
import { Rehearsal } from './rehearsal.ts';
import { mostEvicted } from './residence.ts';
import { SpareCode } from './spare-code.ts';
import type { Stops } from './stops.ts';

/** Targets that are noted for an indirect jump: more are not worth comparing with. */
const MOST_TARGETS = 16;

/** Where nodes are that are no code: gates know their page, the RETURN node doesn't need one. */
const nowhere = makeNowhere();

/**
 * The graph of decoded instructions: makes nodes, decodes them when they first run, and links them. Links within a
 * page are direct; a link to another page is a gate, a node that checks that the page is still mapped there.
 */
export class Graph {
  readonly cache: CodeCache;
  /** Where a fault is: the innermost node that was running when it was thrown. */
  faulting: Node | null = null;
  /** Instructions decoded. */
  decoded = 0;
  readonly decoder: Decode;
  readonly records: Records;
  readonly stops: Stops;
  private readonly parts: GraphParts;
  private readonly state: Int32Array;
  private readonly tlb: Tlb;
  readonly rehearsal: Rehearsal;
  private readonly fetch: InstructionFetch;
  readonly spare: SpareCode;
  readonly cold: ColdCode;

  constructor(parts: GraphParts) {
    this.parts = parts;
    this.decoder = parts.decoder;
    this.records = parts.records;
    this.stops = parts.stops;
    this.state = parts.state;
    this.tlb = parts.mmu.tlb;
    this.spare = new SpareCode(mostEvicted(parts.cacheBytes));
    this.cache = new CodeCache(parts.mmu, parts.state, this, parts.records, parts.cacheBytes);
    this.fetch = new InstructionFetch(parts.mmu, parts.decoder);
    const memoryBytes = parts.mmu.ram.bytes.length;
    this.cold = new ColdCode({ ...parts, memoryBytes, cache: this.cache, fetch: this.fetch });
    this.rehearsal = new Rehearsal(parts, this.cache.branchTargets, this.returned);
  }

  // Making and decoding nodes.

  create(page: CodePage, offset: number): Node {
    const node = this.spare.takeNode(page, (page.eip + offset) | 0, this.fresh, this.declined);
    node.one = this.undecoded;
    node.due = this.parts.firstDue ?? 0;
    return node;
  }

  /** Makes a node decode its bytes anew when it next runs. */
  reset(node: Node): void {
    this.setRun(node, this.fresh);
    node.one = this.undecoded;
    node.length = 0;
    node.enter = this.declined;
    this.records.expect(node, this.parts.firstDue ?? 0);
    // What was cooled stays so.
    this.records.heat(node, Math.min(this.records.heatOf(node), 0));
    node.targets = null;
    node.crossing = null;
  }

  /** Gives a node what it runs, and the slot that goes with it; tells the handler that this is, if it is one. */
  setRun(node: Node, run: Run): Handler | undefined {
    node.run = run;
    return this.parts.loops.place(node);
  }

  readonly evicted = (frames: Iterable<number>): void => this.cold.evicted(frames);
  readonly forget = (): void => this.cold.forget();

  cool(node: Node, times: number): void {
    this.records.heat(node, this.parts.hotAt * (1 - times));
  }

  /** `enter` where no translation starts: CALL is to run the node. What the call took from the budget for it is given back. */
  private readonly declined: Run = (node) => {
    if (this.parts.budgeted) this.state[Word.budget]++;
    return node;
  };

  /** What a node runs that is not decoded: makes it so, unless its code is cold. */
  private readonly fresh: Run = (node) => {
    const { page, eip } = node;
    if (!this.cold.has(page, eip)) {
      this.decode(node);
      return node.run === this.stopping ? this.stopping(node) : node.one(node);
    }
    this.faulting = this.cold.current;
    const next = this.cold.run(page, eip);
    this.faulting = null;
    return next;
  };

  private readonly undecoded: Run = (node) => {
    this.decode(node);
    return node.one(node);
  };

  /** Runs an instruction by its handler; a fault is known to be there. */
  readonly single: Run = (node) => {
    this.faulting = node;
    const next = node.one(node);
    this.faulting = null;
    return this.tlb.stale ? this.leaveAt(next) : next;
  };

  /** No frame of generated code is left: the dispatcher is about to enter code. */
  unwound(): void {
    this.cache.trim();
    this.tlb.stale = false;
    if (this.parts.loops.isDue) this.parts.loops.renew(this.cache.allPages(), this.rehearsal);
  }

  /** Decodes a node and gives it its handler. Faults as fetching the instruction does. */
  decode(node: Node): void {
    const { page } = node;
    node.length = this.fetch.within(node) || this.decodeCrossing(node);
    if (node.crossing === null) {
      const offset = page.distanceTo(node.eip) & (PAGE - 1);
      this.cache.markCode(page.frame, offset, offset + node.length);
    }
    const handler = this.parts.handlers.get(node, page.context.key, 'plain');
    node.one = node.crossing ? this.runCrossing : handler;
    if (node.crossing) node.crossing = { frame: node.crossing.frame, handler };
    this.decoded++;
    page.noteDecoded(node);
    this.link(node);
    this.records.write(node);
    const own = this.setRun(node, this.runOf(node));
    if (own !== undefined) this.parts.loops.note(own);
  }

  /**
   * The `run` of an instruction where no translation starts. One that crosses a page's end never gets one: it isn't heated.
   * Nor is one without a record, as heat is there.
   */
  private runOf(node: Node): Run {
    const { handlers, firstDue } = this.parts;
    if (this.stopsAt(node.page, node.eip)) return this.stopping;
    if (firstDue === null || node.weight === EntryWeight.none || node.crossing !== null || node.record === 0) {
      return node.one;
    }
    const { key } = node.page.context;
    return handlers.of(node.one) === undefined ? this.heatingOne : handlers.get(node, key, 'heating');
  }

  /** Whether the instruction at an EIP of a page has a debugger's breakpoint. */
  stopsAt({ context }: CodePage, eip: number): boolean {
    return this.stops.has((eip + context.base) | 0);
  }

  /** In the place of an instruction with a breakpoint: the dispatcher finds that out. It has not run, so it costs no budget. */
  private readonly stopping: Run = (node) => {
    if (this.parts.budgeted) this.state[Word.budget]++;
    return this.leave(node.eip);
  };

  /** The same for an entry whose `one` is not its handler, but somebody's around it. */
  private readonly heatingOne: Run = (node) => {
    const heat = this.records.heatOf(node) + node.weight;
    this.records.heat(node, heat);
    return heat >= node.due ? this.parts.onDue(node) : node.one(node);
  };

  /** Gives a node the `run` that goes with its `one`, unless a translation starts there. */
  settle(node: Node): void {
    if (node.length === 0 || node.run === node.enter) return;
    this.setRun(node, this.runOf(node));
  }

  /** Decodes an instruction that goes on in the next page. */
  private decodeCrossing(node: Node): number {
    const { page } = node;
    const { length, frame } = this.fetch.across(node);
    const offset = page.distanceTo(node.eip);
    this.cache.markCode(page.frame, offset, PAGE);
    this.cache.markCrossing(frame, offset + length - PAGE, node);
    node.crossing = { frame, handler: this.runCrossing };
    return length;
  }

  /** The second page may be another one by now. */
  private readonly runCrossing: Run = (node) => {
    const { frame, handler } = node.crossing!;
    if (this.fetch.secondFrame(node) === frame) return handler(node);
    this.cache.forgetCrossing(node);
    this.reset(node);
    this.decode(node);
    return node.one(node);
  };

  // Linking nodes.

  private link(node: Node): void {
    // A region ends in front of an instruction that crosses the page's end, so what follows it may begin one.
    const begins = endsBlock(node) || node.crossing !== null;
    node.next = this.linkTo(node.page, node.nextEip, begins ? EntryWeight.inner : EntryWeight.none);
    if (isRepeated(node)) this.markEntry(node, EntryWeight.loop);
    node.taken = isRelative(node) ? this.linkTo(node.page, node.target, targetWeight(node)) : null;
  }

  /** A node or gate that leads from code of a page to an EIP. */
  linkTo(page: CodePage, eip: number, weight: number): Node {
    const offset = page.distanceTo(eip);
    if (offset >>> 0 >= PAGE) return this.gate(page, eip, weight);
    const node = this.cache.nodeAt(page, offset);
    this.markEntry(node, weight);
    return node;
  }

  /** The node that a link of a translation leads to. */
  follow(page: CodePage, { eip, kind }: Link): Node {
    if (kind === 'leave') return new Node(page, eip, forms[INVALID_FORM], this.leaving);
    const node = this.linkTo(page, eip, kind === 'entry' ? EntryWeight.root : EntryWeight.none);
    if (kind !== 'interpret' && kind !== 'narrow') return node;
    const link = new Node(page, eip, forms[INVALID_FORM], kind === 'narrow' ? this.narrowing : this.interpretOne);
    link.taken = node;
    return link;
  }

  readonly leaving: Run = (node) => this.leave(node.eip);

  /** Runs an instruction by its handler though a translation may start there. */
  readonly interpretOne: Run = (link) => this.single(link.taken!);

  /** The same; the translation that comes here would not if it had a check for each access. */
  readonly narrowing: Run = (link) => {
    this.parts.narrow(link);
    return this.single(link.taken!);
  };

  private markEntry(node: Node, weight: number): void {
    if (node.weight >= weight) return;
    const wasEntry = node.weight > EntryWeight.none;
    node.weight = weight;
    if (wasEntry) this.parts.loops.place(node);
    else this.settle(node);
  }

  private gate(page: CodePage, eip: number, weight: number): Node {
    const gate = this.cache.gateTo(page, eip, () => this.createGate(page, eip));
    if (gate.weight < weight) {
      gate.weight = weight;
      if (gate.taken !== null) this.markEntry(gate.taken, weight);
    }
    return gate;
  }

  private createGate(page: CodePage, eip: number): Node {
    return this.spare.takeNode(page, eip, this.parts.budgeted ? this.budgetedGate : this.pollingGate);
  }

  private readonly pollingGate: Run = (gate) => {
    if (this.parts.isAsked()) return this.leave(gate.eip);
    if (this.cache.isMappedAt(gate.eip, gate.targetId)) return gate.taken;
    return this.relink(gate);
  };

  /** A gate is no instruction: what the loop took from the budget for it is given back. */
  private readonly budgetedGate: Run = (gate) => {
    this.state[Word.budget]++;
    if (this.cache.isMappedAt(gate.eip, gate.targetId)) return gate.taken;
    return this.relink(gate);
  };

  private relink(gate: Node): Node | null {
    const target = this.cache.entryAt(gate.eip);
    if (target === null) return this.leave(gate.eip);
    this.markEntry(target, gate.weight);
    gate.taken = target;
    gate.targetId = target.page.id;
    this.records.writeGate(gate);
    return target;
  }

  // What generated code calls (abi/cells.ts).

  /** AT: where an indirect transfer goes. */
  readonly at = (eip: number): Node | null => {
    if (this.parts.isAsked()) return this.leave(eip);
    return this.cache.recent(eip) ?? this.target(eip);
  };

  private target(eip: number): Node | null {
    const node = this.cache.entryAt(eip);
    if (node === null) return this.leave(eip);
    if (node.weight === EntryWeight.none) this.markEntry(node, EntryWeight.root);
    this.cache.branchTargets.put(node);
    return node;
  }

  /** JUMP: where the indirect jump at a node goes. */
  readonly jump = (node: Node, eip: number): Node | null => {
    node.targets ??= [];
    if (node.targets.length < MOST_TARGETS && !node.targets.includes(eip)) node.targets.push(eip);
    return this.at(eip);
  };

  /** CALL: runs the callee of a nested call to its end; the first node is what its entry gave. All the nodes are of one context. */
  readonly call: Loop = (first, expected) => this.parts.loops.run(this.cache.context.key, first, expected);

  /**
   * STEP: one step of a loop. That of a nested call looks at what its caller goes by; the outermost one has none, and nothing
   * that was dropped is left in it.
   */
  readonly step = (node: Node, expected: Node | null): Node | null => {
    try {
      return expected === null ? node.run(node) : this.nestedStep(node, expected);
    } catch (error) {
      this.faulting ??= node;
      throw error;
    }
  };

  private nestedStep(node: Node, expected: Node): Node | null {
    if (node === this.returned && this.state[Word.eip] === expected.eip) return expected;
    if (this.parts.budgeted && this.takeBudget(node)) return null;
    const next = node.run(node);
    return this.tlb.stale ? this.leaveAt(next) : next;
  }

  private takeBudget(node: Node): boolean {
    if (this.state[Word.budget] <= 0) {
      this.leaveAt(node);
      return true;
    }
    this.state[Word.budget]--;
    return false;
  }

  /** RESUME: goes on after a trap, unless the dispatcher must have a look. */
  readonly resume = (node: Node): Node | null => {
    const { state } = this;
    const { page } = node;
    const singleStep = state[Word.eflags] & Eflags.tf;
    const asked = state[Word.attention] | state[Word.debugTraps];
    const calm = (asked | this.shadow() | state[Word.halted] | singleStep) === 0;
    if (this.tlb.stale || this.parts.interruptWaits()) return this.leave(node.nextEip);
    if (calm && state[Word.key] === page.context.key && this.cache.isMapped(page)) return node.next;
    return this.leave(node.nextEip);
  };

  /**
   * STI's shadow only matters if an interrupt waits. Counting must leave at the same instruction in every engine; polling
   * needn't, and if it is left standing it only holds an interrupt off for one instruction more. That of MOV SS holds debug
   * exceptions off too, which come without attention being asked for.
   */
  private shadow(): number {
    const shadow = this.state[Word.interruptShadow];
    return this.parts.budgeted || shadow === Shadow.all ? shadow : 0;
  }

  /** RETURN: a node that goes to Word.eip. */
  readonly returned = new Node(nowhere, 0, forms[INVALID_FORM], () => {
    if (this.parts.budgeted) this.state[Word.budget]++;
    return this.at(this.state[Word.eip]);
  });

  /** Leaves in front of a node. */
  private leaveAt(node: Node | null): null {
    if (node !== null && node !== this.returned) this.state[Word.eip] = node.eip;
    return null;
  }

  private leave(eip: number): null {
    this.state[Word.eip] = eip;
    return null;
  }
}

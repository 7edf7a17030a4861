import { RETURN_RECORD } from '../../translator/abi/record.ts';
import { Eflags, FpuMode, Shadow, Word } from '../../translator/abi/state.ts';
import type { Link, LinkedAssumption } from '../../translator/emit/links.ts';
import { isNmiWaiting } from '../cpu/svm/interrupts.ts';
import { faultOf, GuestFault, segmentFaultVector } from '../fault.ts';
import type { Mmu } from '../memory/mmu.ts';
import type { Tlb } from '../memory/tlb.ts';
import { type CodePage, nowhere } from './code-page.ts';
import { DecodedCode } from './decoded-code.ts';
import type { GraphParts } from './graph-parts.ts';
import { EntryWeight, Node, type Run } from './node.ts';
import { Rehearsal } from './rehearsal.ts';

/** One of so many unaligned accesses is sampled: its instruction is noted. */
const SAMPLED = 16;

/** One of so many calls that are too deep to be nested gives up the frames of its callers. */
const DEEP_CALLS = 16;

/** One of so many steps is noted, as if all were like it: a prime, so that no loop's steps are missed. */
const STEPS_NOTED = 61;

/** An EIP that code hardly comes back to. */
const NOWHERE = -1;

/** Runs decoded code: what the interpreter's loops leave to the runtime, and what translations call. */
export class Graph extends DecodedCode {
  /** Where a fault that is thrown now is: the last node that was run, but by a fast path; those don't throw. */
  faulting: Node | null = null;
  /** The EIP after the instruction that has thrown last. */
  nextEip = 0;
  /** The fault that code leaves with which was not thrown, until the dispatcher has taken it: there is one at most, and EIP is where it is. */
  private pendingFault: GuestFault | null = null;
  readonly rehearsal: Rehearsal;
  private readonly mmu: Mmu;
  private readonly tlb: Tlb;
  /** Calls that were too deep to be nested. */
  private deepCalls = 0;
  private untilNoted = STEPS_NOTED;
  /** The EIP that code of a nested call is coming back to: no translation is to begin there. */
  private cameTo = NOWHERE;

  constructor(parts: GraphParts) {
    super(parts);
    this.mmu = parts.mmu;
    this.tlb = parts.mmu.tlb;
    parts.records.attach(RETURN_RECORD, this.returned);
    this.rehearsal = new Rehearsal(parts, this.cache.branchTargets, this.returned);
  }

  /** No frame of generated code is left: the dispatcher is about to enter code. */
  unwound(): void {
    this.cache.trim();
    this.tlb.stale = false;
    this.state[Word.callDepth] = this.parts.callDepth;
    if (this.parts.loops.isDue) this.parts.loops.renew(this.cache.allPages(), this.rehearsal);
    this.faulting = null;
  }

  readonly interpret: Run = (node) => {
    this.faulting = node;
    const next = node.one(node);
    this.faulting = null;
    return this.tlb.stale || this.pace.isInterrupted ? this.leaveAt(next) : next;
  };

  /**
   * FAULTED: the trap that a handler calls has thrown a fault, which the dispatcher is to deliver. The handler gives null then, and so does
   * all that runs (loops: 0): V8 never compiles a handler that always ends by throwing.
   */
  readonly faulted = (error: unknown): null => {
    if (!(error instanceof GuestFault)) throw error;
    return this.leaveWith(error);
  };

  /** FAULT: an instruction raises an exception, which is not thrown either. */
  readonly fault = (vector: number): null => this.leaveWith(faultOf(vector));

  /** SEGMENT_FAULT. */
  readonly segmentFault = (segment: number): null => this.leaveWith(faultOf(segmentFaultVector(segment)));

  private leaveWith(fault: GuestFault): null {
    this.pendingFault = fault;
    this.locate();
    return null;
  }

  /** Makes EIP that of the instruction that has thrown. */
  locate(): void {
    if (this.faulting !== null) {
      this.state[Word.eip] = this.faulting.eip;
      this.nextEip = this.faulting.nextEip;
    }
    this.faulting = null;
  }

  /** Whether code leaves with a fault that was not thrown. */
  get hasFaulted(): boolean {
    return this.pendingFault !== null;
  }

  /** The fault that code has left with, once; null if there is none. */
  takeFault(): GuestFault | null {
    const { pendingFault } = this;
    this.pendingFault = null;
    return pendingFault;
  }

  /** Runs one instruction by itself, and throws its fault, however that came. */
  readonly runAlone: Run = (node) => {
    const next = node.one(node);
    const fault = this.takeFault();
    if (fault !== null) throw fault;
    return next;
  };

  /** X87 precision control, as bits of FpuMode. */
  get precision(): number {
    return this.state[Word.fpuMode] & FpuMode.precision;
  }

  /** The node that a link of a translation leads to. */
  nodeOfLink(page: CodePage, { eip, kind }: Link): Node {
    if (kind === 'leave') return new Node(page, eip, this.leaving);
    const isFunction = kind === 'entry' || kind === 'deep';
    const node = this.nodeOf(this.linkTo(page, eip, isFunction ? EntryWeight.root : EntryWeight.none));
    if (kind === 'entry' || kind === 'back') return node;
    const link = new Node(page, eip, this.linking[kind]);
    link.taken = node;
    return link;
  }

  readonly leaving: Run = (node) => this.leaveAt(node);

  /**
   * Goes to a function that is not nested in its caller. That is an order of magnitude slower, so after some of these calls the frames of
   * all callers are given up, and calls nest again: what returns to these callers goes by the loop then.
   */
  readonly calling: Run = (link) => {
    if (++this.deepCalls % DEEP_CALLS !== 0) return link.taken;
    this.parts.failed(link, 'nested');
    return this.leaveAt(link);
  };

  /** Actions of the other links. Links to single instructions run them by their handlers, though translations may start there. */
  private readonly linking: Readonly<Record<LinkedAssumption | 'interpret' | 'deep', Run>> = {
    deep: this.calling,
    interpret: (link) => this.interpret(link.taken!),
    found: (link) => this.interpretMissed(link),
    narrow: (link) => this.interpretFailed(link, 'narrow'),
    precision: (link) => this.interpretFailed(link, 'precision'),
  };

  /** Reports a failed assumption to its translation, and interprets the instruction. */
  private interpretFailed(link: Node, assumption: LinkedAssumption): Node | null {
    this.parts.failed(link, assumption);
    return this.interpret(link.taken!);
  }

  /**
   * The TLB does not have what is accessed, or it is not aligned. After a walk it mostly has it; without one another instruction of
   * the window needs what it never has.
   */
  private interpretMissed(link: Node): Node | null {
    const { mmu } = this;
    const { misaligned, walks, unentered } = mmu;
    const next = this.interpret(link.taken!);
    const isMisaligned = mmu.misaligned !== misaligned;
    const isUnentered = mmu.unentered !== unentered;
    if (this.hasFaulted || (!isUnentered && !isMisaligned && mmu.walks !== walks)) return next;
    this.parts.failed(link, isMisaligned && !isUnentered ? 'aligned' : 'found');
    return this.tlb.stale ? this.leaveAt(next) : next;
  }

  // What generated code calls (abi/cells.ts).

  /** The record that an indirect transfer goes to; 0: to the dispatcher. */
  private find(eip: number): number {
    if (this.pace.isAsked()) return this.leave(eip);
    return this.cache.recent(eip) || this.target(eip);
  }

  /** The record that a transfer into the midst of code goes to; 0: to the dispatcher. */
  private findMidst(eip: number): number {
    return this.pace.isAsked() ? this.leave(eip) : this.cache.recent(eip) || this.known(eip);
  }

  private target(eip: number): number {
    const record = this.known(eip);
    if (record !== 0 && this.records.weightOf(record) === EntryWeight.none) this.markEntry(record, EntryWeight.root);
    return record;
  }

  /** The record at an EIP, which the branch target buffer knows then; 0: to the dispatcher. */
  private known(eip: number): number {
    const record = this.cache.entryAt(eip);
    if (record === 0) return this.leave(eip);
    this.cache.branchTargets.put(record);
    return record;
  }

  /** AT: the node that an indirect transfer goes to; null: to the dispatcher. */
  readonly at = (eip: number): Node | null => {
    const record = this.find(eip);
    return record === 0 ? null : this.nodeOf(record);
  };

  /** JUMP: where the indirect jump at a node goes. */
  readonly jump = (node: Node, eip: number): Node | null => {
    node.noteTarget(eip);
    return this.at(eip);
  };

  /**
   * CALL: runs the callee of a nested call to its end; the first node is what its entry gave. It may be in another segment, or call others
   * there; all are of one state key. Translations that it goes on to, as by a jump to another function, are run one after the other
   * here; the loop runs what is not translated.
   */
  readonly call = (first: Node | null, expected: Node): Node | null => {
    let next = first;
    while (next !== null && next !== expected && next !== this.returned) {
      if (!this.pace.take()) return this.leaveAt(next);
      const entered = next;
      next = entered.enter(entered);
      if (next === entered) return this.runTo(entered.record, expected);
      if (this.tlb.stale) return this.leaveAt(next);
    }
    return next === this.returned ? this.runTo(this.goBack(expected.record), expected) : next;
  };

  /** Runs what is left of a nested call, from a record on. */
  private runTo(record: number, expected: Node): Node | null {
    if (record === expected.record) return expected;
    return record !== 0 && this.run(record, expected.record) !== 0 ? expected : null;
  }

  /** Runs code from a record on until control comes to an expected one, which it gives back, or leaves (0). 0: none is expected. */
  run(first: number, expected: number): number {
    return this.parts.loops.run(this.cache.context.key, first, expected);
  }

  /** STEPS: one step of the outermost loop. */
  readonly step = (record: number): number => this.stepIn(record, 0);

  /** STEPS: one in a nested call, which goes on to a record that is expected. */
  readonly nestedStep = (record: number, expected: number): number => this.stepIn(record, expected);

  /**
   * In a nested call it leaves where translations were dropped, as the caller may be one of them, and takes from the budget, which the
   * dispatcher does for the outermost loop (`expected` is 0).
   */
  private stepIn(record: number, expected: number): number {
    if (record === RETURN_RECORD) return this.goBack(expected);
    if (expected !== 0 && !this.pace.take()) return this.leave(this.records.eipOf(record));
    const node = this.records.nodeOf(record);
    if (node === null || node.run === this.fresh) return this.stepRecord(record, expected);
    if (--this.untilNoted === 0) this.noteStep(node);
    return this.runNode(node, expected);
  }

  private noteStep(node: Node): void {
    this.untilNoted = STEPS_NOTED;
    const { loops, handlers, records } = this.parts;
    if (!node.isTranslated) loops.noteSteps(handlers.all[records.handlerOf(node.record)], STEPS_NOTED);
  }

  /** Goes to CS and Word.eip, where code has returned to. */
  private goBack(expected: number): number {
    const eip = this.state[Word.eip];
    if (expected !== 0 && this.isAt(expected, eip)) return expected;
    if (expected === 0) this.pace.giveBack();
    const isMidst = eip === this.cameTo;
    this.cameTo = NOWHERE;
    return this.unlessStale(isMidst ? this.findMidst(eip) : this.find(eip), expected);
  }

  /** Whether an EIP of the code segment is where a record is. */
  private isAt(record: number, eip: number): boolean {
    return eip === this.records.eipOf(record) && this.records.pageOf(record)!.context === this.cache.context;
  }

  /** A step at a record whose node isn't decoded, if there is one: it is made, or run, where it's needed. */
  private stepRecord(record: number, expected: number): number {
    const { records } = this;
    if (records.isGate(record)) return this.unlessStale(this.pass(record), expected);
    if (!records.isDecoded(record)) {
      const page = records.pageOf(record);
      // Only a rehearsal goes to no record.
      if (page === null) return 0;
      const eip = records.eipOf(record);
      if (records.isShort || this.parts.handlers.isFull) return this.leaveUnrun(eip);
      if (this.cold.has(page, eip)) return this.unlessStale(this.runCold(page, eip), expected);
      if (this.tryToDecode(record, page, eip)) return record;
    }
    return this.runNode(this.nodeOf(record), expected);
  }

  private tryToDecode(record: number, page: CodePage, eip: number): boolean {
    try {
      return this.decodeRecord(record, page, eip);
    } catch (error) {
      this.faulting = this.nodeOf(record);
      throw error;
    }
  }

  private runCold(page: CodePage, eip: number): number {
    this.faulting = this.cold.current;
    const next = this.cold.run(page, eip);
    this.faulting = null;
    return next;
  }

  /** Runs a node; where it gives a link, which has no record, goes on by that. Nothing is caught here: a fault would be thrown twice. */
  private runNode(node: Node, expected: number): number {
    const { misaligned } = this.mmu;
    this.faulting = node;
    const next = node.run(node);
    if (this.mmu.misaligned !== misaligned && !this.hasFaulted) this.noteMisaligned(node, misaligned);
    if (next === null) return 0;
    if (expected !== 0 && this.tlb.stale) return this.leaveBefore(next);
    return next.record === 0 ? this.runLink(next, expected) : next.record;
  }

  /** Some accesses of an instruction were not aligned; so many had been before. One of a few is remembered, for translations. */
  private noteMisaligned(node: Node, before: number): void {
    const isNoted = Math.floor(this.mmu.misaligned / SAMPLED) !== Math.floor(before / SAMPLED);
    if (isNoted && node.length > 0 && !node.isTranslated) node.page.note('misaligned', node.eip);
  }

  private runLink(link: Node, expected: number): number {
    if (!this.pace.take()) return this.leave(link.eip);
    return this.runNode(link, expected);
  }

  private unlessStale(record: number, expected: number): number {
    if (record === 0 || expected === 0 || !this.tlb.stale) return record;
    return record === RETURN_RECORD ? 0 : this.leave(this.records.eipOf(record));
  }

  /** RESUME: goes on after a trap, unless the dispatcher must have a look. */
  readonly resume = (node: Node): Node | null => {
    const { page } = node;
    if (this.isCalm() && this.state[Word.key] === page.context.key && this.cache.mapped.has(page)) return node.next;
    this.leave(node.nextEip);
    return null;
  };

  /** TRANSFERRED: goes on where code begins. */
  readonly transferred = (): Node | null => (this.entersContext() ? this.at(this.state[Word.eip]) : null);

  /** RETURNED: goes on in the midst of code, where no translation is to begin; a nested call may wait for it there. */
  readonly cameBack = (): Node | null => {
    const { state } = this;
    if (!this.entersContext()) return null;
    const eip = state[Word.eip];
    if (state[Word.callDepth] !== this.parts.callDepth) {
      this.cameTo = eip;
      return this.returned;
    }
    const record = this.findMidst(eip);
    return record === 0 ? null : this.nodeOf(record);
  };

  /** Enters the context that a trap leads to, unless that is for the dispatcher, as code of another key is: a loop has one, and so have all frames. */
  private entersContext(): boolean {
    if (this.state[Word.key] !== this.cache.context.key || !this.isCalm()) return false;
    this.cache.enterContext();
    return true;
  }

  /** Whether nothing that a trap has done is for the dispatcher. */
  private isCalm(): boolean {
    const { state } = this;
    const singleStep = state[Word.eflags] & (Eflags.tf | Eflags.rf);
    const asked = state[Word.attention] | state[Word.debugTraps];
    // IRET may have unmasked it.
    if (isNmiWaiting(state)) return false;
    const calm = (asked | this.shadow() | state[Word.halted] | singleStep) === 0;
    return calm && !this.tlb.stale && !this.parts.interruptWaits();
  }

  /**
   * STI's shadow only matters if an interrupt waits. Counting must leave at the same instruction in every engine; polling
   * needn't: the dispatcher ends one that code has left standing. That of MOV SS holds debug exceptions off too, which come
   * without attention being asked for.
   */
  private shadow(): number {
    const shadow = this.state[Word.interruptShadow];
    return this.pace.budgeted || shadow === Shadow.all ? shadow : 0;
  }

  /** RETURN: a node that goes to CS and Word.eip. */
  readonly returned = new Node(nowhere, 0, () => this.at(this.state[Word.eip]));

  /** Leaves in front of a node. */
  private leaveAt(node: Node | null): null {
    if (node !== null) this.leaveBefore(node);
    return null;
  }

  private leaveBefore(node: Node): 0 {
    return node === this.returned ? 0 : this.leave(node.eip);
  }
}

import { RECORD_WORDS, RETURN_RECORD, WEIGHT_SHIFT } from '../../translator/abi/record.ts';
import { Eflags, FpuMode, Shadow, Word } from '../../translator/abi/state.ts';
import type { Link, LinkedAssumption } from '../../translator/emit/links.ts';
import { isNmiWaiting } from '../cpu/svm/interrupts.ts';
import { faultOf, GuestFault, segmentFaultVector } from '../fault.ts';
import type { Mmu } from '../memory/mmu.ts';
import type { Tlb } from '../memory/tlb.ts';
import { type CodePage, nowhere } from './code-page.ts';
import { DecodedCode, type GraphParts } from './decoded-code.ts';
import { EntryWeight, Node, type Run } from './node.ts';

/** One of so many calls that are too deep to be nested gives up the frames of its callers. */
const DEEP_CALLS = 16;

/** An EIP that code hardly comes back to. */
const NOWHERE = -1;

/** Runs decoded code: the operations that are no instructions, and what handlers and translations call. */
export class Graph extends DecodedCode {
  /** The EIP after the instruction that has thrown last. */
  nextEip = 0;
  /** The fault that code leaves with which was not thrown, until the dispatcher has taken it: there is one at most, and EIP is where it is. */
  private pendingFault: GuestFault | null = null;
  private readonly mmu: Mmu;
  private readonly tlb: Tlb;
  /** Calls that were too deep to be nested. */
  private deepCalls = 0;
  /** The EIP that code of a nested call is coming back to: no translation is to begin there. */
  private cameTo = NOWHERE;

  constructor(parts: GraphParts) {
    super(parts);
    this.mmu = parts.mmu;
    this.tlb = parts.mmu.tlb;
    parts.records.attach(RETURN_RECORD, this.returned);
    // In the order of Operation.
    parts.handlers.install([
      this.decodeFirst,
      this.due,
      this.runTranslation,
      this.goBack,
      this.cross,
      this.stop,
      this.counted,
      this.linker.redirect,
      this.linker.pass,
    ]);
    parts.mmu.onMisaligned = () => this.noteMisaligned();
  }

  /** No frame of generated code is left: the dispatcher is about to enter code. */
  unwound(): void {
    this.cache.trim();
    this.tlb.stale = false;
    this.state[Word.callDepth] = this.parts.callDepth;
    this.running[0] = 0;
  }

  /** Runs the instruction at a node by its handler, though a translation may begin there. */
  private readonly interpret: Run = ({ record }) => {
    const next = this.runAlone(this.ensureDecoded(record));
    if (next === 0) return null;
    if (!this.tlb.stale && !this.pace.isInterrupted) return this.nodeOf(next);
    this.leaveBefore(next);
    return null;
  };

  /** Runs the one instruction of a record, which is decoded; 0: leaves, perhaps with a fault. */
  runAlone(record: number): number {
    return this.runBy(record, this.records.ownOperationOf(record));
  }

  /**
   * FAULTED: the trap that a handler calls has thrown a fault, which the dispatcher is to deliver. The handler gives 0 then: V8 never
   * compiles a handler that always ends by throwing.
   */
  readonly faulted = (record: number, error: unknown): 0 => {
    if (!(error instanceof GuestFault)) throw error;
    return this.leaveWith(record, error);
  };

  /** FAULT: an instruction raises an exception, which is not thrown either. */
  readonly fault = (record: number, vector: number): 0 => this.leaveWith(record, faultOf(vector));

  /** SEGMENT_FAULT. */
  readonly segmentFault = (record: number, segment: number): 0 =>
    this.leaveWith(record, faultOf(segmentFaultVector(segment)));

  private leaveWith(record: number, fault: GuestFault): 0 {
    this.pendingFault = fault;
    this.running[0] = record;
    this.locate();
    return 0;
  }

  /** Makes EIP that of the instruction that has thrown. */
  locate(): void {
    const record = this.running[0];
    this.running[0] = 0;
    if (record === 0) return;
    this.state[Word.eip] = this.records.eipOf(record);
    this.nextEip = this.records.views.NEXT_EIP[record];
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

  /** Runs one instruction by itself, and throws its fault, however that came; false if it has left to the dispatcher. EIP is that of the next one. */
  step(record: number): boolean {
    const next = this.runAlone(record);
    const fault = this.takeFault();
    if (fault !== null) throw fault;
    this.running[0] = 0;
    if (next === 0) return false;
    this.leaveBefore(next);
    return true;
  }

  /** X87 precision control, as bits of FpuMode. */
  get precision(): number {
    return this.state[Word.fpuMode] & FpuMode.precision;
  }

  /** The node that a link of a translation leads to. */
  nodeOfLink(page: CodePage, { eip, kind }: Link): Node {
    if (kind === 'leave') return new Node(page, eip, this.leaving);
    const isFunction = kind === 'entry' || kind === 'deep';
    const node = this.nodeOf(this.linker.linkTo(page, eip, isFunction ? EntryWeight.root : EntryWeight.none));
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

  /** FIND: the record that an indirect transfer goes to; 0: to the dispatcher. */
  readonly find = (eip: number): number => {
    if (this.pace.isAsked()) return this.leave(eip);
    return this.cache.recent(eip) || this.target(eip);
  };

  /** The record that a transfer into the midst of code goes to; 0: to the dispatcher. */
  private findMidst(eip: number): number {
    return this.pace.isAsked() ? this.leave(eip) : this.cache.recent(eip) || this.known(eip);
  }

  private target(eip: number): number {
    const record = this.known(eip);
    if (record !== 0 && this.records.weightOf(record) === EntryWeight.none)
      this.linker.markEntry(record, EntryWeight.root);
    return record;
  }

  /** The record at an EIP, which the branch target buffer knows then; 0: to the dispatcher. */
  private known(eip: number): number {
    const record = this.cache.entryAt(eip);
    if (record === 0) return this.leave(eip);
    this.cache.branchTargets.put(record);
    return record;
  }

  /** JUMP: where an indirect jump goes, which is noted. */
  readonly jump = (record: number, eip: number): number => {
    this.nodeOf(record).noteTarget(eip);
    return this.find(eip);
  };

  /** The node of a record that code goes on at; null: to the dispatcher. */
  private nodeAfter(record: number): Node | null {
    return record === 0 ? null : this.nodeOf(record);
  }

  /** AT: FIND for translations. */
  readonly at = (eip: number): Node | null => this.nodeAfter(this.find(eip));

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
    return next === this.returned ? this.runTo(this.returnedTo(), expected) : next;
  };

  /** Runs what is left of a nested call, from a record on. It leaves where translations were dropped: the caller may be one of them. */
  private runTo(record: number, expected: Node): Node | null {
    if (record === expected.record) return expected;
    if (record === 0 || this.run(record, expected.record) === 0) return null;
    return this.tlb.stale ? this.leaveAt(expected) : expected;
  }

  /** Runs code from a record on until control comes to an expected one, which it gives back, or leaves (0). 0: none is expected. */
  run(first: number, expected: number): number {
    return this.parts.handlers.run(this.cache.context.key, first, expected);
  }

  // Operations.

  /** Operation.undecoded: decodes an instruction, which then is to run; or runs it from its bytes. */
  private readonly decodeFirst = (record: number): number => {
    const { records } = this;
    const isFull = records.stock.isShort || this.parts.handlers.isFull || this.cache.isCrowded;
    if (isFull) return this.leaveUnrun(record);
    const page = records.stock.pageOf(record)!;
    const eip = records.eipOf(record);
    if (this.cold.has(page, eip)) return this.runCold(page, eip);
    this.pace.giveBack();
    return this.decode(record);
  };

  private runCold(page: CodePage, eip: number): number {
    this.running[0] = this.cold.record;
    return this.cold.run(page, eip);
  }

  /** Operation.due: tiering decides what the entry runs from now on. */
  private readonly due = (record: number): number => {
    this.pace.giveBack();
    const node = this.decodedNodeOf(record);
    // A translation that took the place of others may begin at an entry that is due already.
    if (node.isTranslated) this.keepTranslated(node);
    else this.parts.onDue(node);
    // This run has been counted, and the loop counts what comes from a function.
    const weight = this.records.views.OPERATION[record] >>> WEIGHT_SHIFT;
    this.records.heat.set(record, this.records.heat.of(record) - weight);
    return record;
  };

  /** The translation that begins at a node stays, however hot it is. */
  private keepTranslated(node: Node): void {
    const { heat } = this.records;
    heat.setDue(node, heat.of(node.record) + 1);
    this.records.setTranslated(node.record);
  }

  /** Operation.translated. */
  private readonly runTranslation = (record: number): number => {
    const node = this.records.nodeOf(record)!;
    const next = node.run(node);
    if (next === null) return 0;
    return next.record === 0 ? this.runLink(next) : next.record;
  };

  private runLink(link: Node): number {
    if (!this.pace.take()) return this.leave(link.eip);
    const next = link.run(link);
    return next === null ? 0 : next.record;
  }

  /** Operation.returned: goes to CS and Word.eip, where code has returned to. It is no instruction: its budget is given back. */
  private readonly goBack = (): number => {
    this.pace.giveBack();
    return this.returnedTo();
  };

  /** The record where code has returned to; 0: to the dispatcher. */
  private returnedTo(): number {
    const eip = this.state[Word.eip];
    // Where a nested call comes back to no translation is to begin.
    const isMidst = eip === this.cameTo || this.state[Word.callDepth] !== this.parts.callDepth;
    this.cameTo = NOWHERE;
    return isMidst ? this.findMidst(eip) : this.find(eip);
  }

  /** One of some accesses that were not aligned: its instruction is noted, for translations. */
  private noteMisaligned(): void {
    const record = this.running[0];
    const page = this.records.stock.pageOf(record);
    if (record !== 0 && page !== null) page.note('misaligned', this.records.eipOf(record));
  }

  /** RESUME: goes on after a trap, unless the dispatcher must have a look. */
  readonly resume = (record: number): number => {
    const { NEXT_EIP } = this.records.views;
    const page = this.records.stock.pageOf(record)!;
    if (this.isCalm() && this.state[Word.key] === page.context.key && this.cache.mapped.has(page))
      return record + RECORD_WORDS;
    return this.leave(NEXT_EIP[record]);
  };

  /** TRANSFERRED: goes on where code begins. */
  readonly transferred = (): number => (this.entersContext() ? this.find(this.state[Word.eip]) : 0);

  /** CAME_BACK: goes on in the midst of code, where no translation is to begin; a nested call may wait for it there. */
  readonly cameBack = (): number => {
    const { state } = this;
    if (!this.entersContext()) return 0;
    const eip = state[Word.eip];
    if (state[Word.callDepth] === this.parts.callDepth) return this.findMidst(eip);
    this.cameTo = eip;
    return RETURN_RECORD;
  };

  /** RETURNED: CAME_BACK for translations. */
  readonly cameBackTo = (): Node | null => this.nodeAfter(this.cameBack());

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
    if (node !== null && node !== this.returned) this.leave(node.eip);
    return null;
  }
}

import { Eflags, Halt, Shadow, Word } from '../../translator/abi/state.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { deliver } from '../cpu/interrupts.ts';
import { GuestFault } from '../fault.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';

/** The interrupt controller as the CPU sees it. */
export interface InterruptSource {
  readonly pending: boolean;
  /** The vector of the interrupt that is now in service. */
  acknowledge(): number;
}

/** Whether an interrupt waits and IF allows it. */
export function isInterruptWaiting(state: Int32Array, source: InterruptSource): boolean {
  return source.pending && (state[Word.eflags] & Eflags.if) !== 0;
}

/** Whether an interrupt waits and the CPU accepts it between these two instructions. */
function isInterruptReady(state: Int32Array, source: InterruptSource): boolean {
  return isInterruptWaiting(state, source) && state[Word.interruptShadow] === 0 && state[Word.halted] !== Halt.shutdown;
}

/** Why `run` came back: attention was asked for, the CPU halted, or the budget is used up. */
export type LeaveReason = 'attention' | 'halted' | 'budget';

/**
 * Runs guest code until something outside it is due. Between two stretches of code it delivers interrupts and
 * exceptions; it is the only place from which code is entered.
 */
export class Dispatcher {
  private readonly cpu: Cpu;
  private readonly graph: Graph;
  private readonly state: Int32Array;
  private readonly interrupts: InterruptSource;
  private readonly counts: boolean;
  private readonly callDepth: number;
  /** Times code was entered, faults and interrupts delivered. */
  readonly metrics = { entries: 0, faults: 0, interrupts: 0 };

  constructor(cpu: Cpu, graph: Graph, interrupts: InterruptSource, counts: boolean, callDepth: number) {
    this.callDepth = callDepth;
    this.cpu = cpu;
    this.graph = graph;
    this.state = cpu.state;
    this.interrupts = interrupts;
    this.counts = counts;
  }

  run(): LeaveReason {
    const { state } = this;
    for (;;) {
      if (state[Word.attention] !== 0) return 'attention';
      this.acceptInterrupt();
      if (state[Word.halted] !== Halt.running) return 'halted';
      if (this.counts && state[Word.budget] <= 0) return 'budget';
      this.enter();
    }
  }

  private acceptInterrupt(): void {
    const { state } = this;
    if (!isInterruptReady(state, this.interrupts)) return;
    state[Word.halted] = Halt.running;
    this.metrics.interrupts++;
    this.deliver(this.interrupts.acknowledge(), 'hardware', -1, state[Word.eip]);
  }

  /** Runs code from Word.eip until it leaves, and delivers the fault it ends with, if any. */
  private enter(): void {
    const { state } = this;
    this.metrics.entries++;
    state[Word.callDepth] = this.callDepth;
    this.graph.unwound();
    const single = (state[Word.interruptShadow] | (state[Word.eflags] & Eflags.tf)) !== 0;
    let node: Node | null = null;
    try {
      this.graph.cache.enterContext();
      node = this.graph.cache.resolve(state[Word.eip]);
      if (single) this.stepOne(node);
      else if (this.counts) this.runCounted(node);
      else this.runFreely(node);
    } catch (error) {
      if (!(error instanceof GuestFault)) throw error;
      this.fault(error);
    }
  }

  private faulting: Node | null = null;

  private runFreely(first: Node): void {
    let node: Node | null = first;
    try {
      while (node !== null) node = node.run(node);
    } catch (error) {
      this.faulting = node;
      throw error;
    }
  }

  private runCounted(first: Node): void {
    const { state } = this;
    let node: Node | null = first;
    try {
      while (node !== null && state[Word.budget] > 0) {
        state[Word.budget]--;
        node = node.run(node);
      }
    } catch (error) {
      this.faulting = node;
      throw error;
    }
    if (node !== null && node !== this.graph.returned) state[Word.eip] = node.eip;
  }

  /** One instruction: after STI or MOV SS, or with TF set. */
  private stepOne(node: Node): void {
    const { state } = this;
    const trap = (state[Word.eflags] & Eflags.tf) !== 0;
    state[Word.interruptShadow] = 0;
    if (this.counts) state[Word.budget]--;
    this.faulting = node;
    const next = node.one(node);
    this.faulting = null;
    if (next !== null) state[Word.eip] = next.eip;
    const held = state[Word.interruptShadow] === Shadow.all;
    if (trap && !held && !this.enteredHandler(node)) this.singleStepTrap();
  }

  /** An INT that was taken has cleared TF: the trap comes behind its handler. */
  private enteredHandler(node: Node): boolean {
    return node.form.mnemonic.startsWith('INT') && (this.state[Word.eflags] & Eflags.tf) === 0;
  }

  /** The debug exception after an instruction that began with TF set (Intel SDM vol. 3, 18.3.1.4). */
  private singleStepTrap(): void {
    this.state[Word.debug + 6] |= 1 << 14;
    this.deliver(1, 'exception', -1, this.state[Word.eip]);
  }

  private fault(fault: GuestFault): void {
    const at = this.graph.stepping ?? this.faulting;
    this.graph.stepping = null;
    this.faulting = null;
    if (at !== null) this.state[Word.eip] = at.eip;
    this.metrics.faults++;
    this.deliver(fault.vector, 'exception', fault.errorCode, this.state[Word.eip]);
  }

  private deliver(vector: number, kind: 'hardware' | 'exception', errorCode: number, eip: number): void {
    deliver(this.cpu, vector, kind, errorCode, eip);
  }
}

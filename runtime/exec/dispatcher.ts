import { Exit } from '../../translator/abi/exits.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { isIntercepted } from '../../translator/abi/intercepts.ts';
import { Halt, Nmi, Shadow, Word } from '../../translator/abi/state.ts';
import { instructionRestart } from '../cpu/breakpoints.ts';
import { linearEip } from '../cpu/code-segment.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { shadowNow } from '../cpu/flag-instructions.ts';
import { deliver, deliverFault } from '../cpu/interrupts.ts';
import {
  acceptsInterrupts,
  isNmiWaiting,
  isVirtualInterruptRequested,
  isVirtualInterruptWaiting,
  takeVirtualInterrupt,
} from '../cpu/svm/interrupts.ts';
import { leaveGuest } from '../cpu/svm/leave.ts';
import { GuestFault } from '../fault.ts';
import { DebugExceptions } from './debug-exceptions.ts';
import type { Graph } from './graph.ts';
import type { Pace } from './pace.ts';
import type { Stops } from './stops.ts';

/** The interrupt controller as the CPU sees it. */
export interface InterruptSource {
  readonly pending: boolean;
  /** The vector of the interrupt that is now in service. */
  acknowledge(): number;
}

/** Whether an interrupt waits, one of the machine or a guest's virtual one, and IF allows it. */
export function isInterruptWaiting(state: Int32Array, source: InterruptSource): boolean {
  return isExternalWaiting(state, source) || isVirtualInterruptWaiting(state);
}

/** Whether an interrupt waits, though IF may not allow it. */
export function isInterruptPending(state: Int32Array, source: InterruptSource): boolean {
  return source.pending || isVirtualInterruptRequested(state);
}

function isExternalWaiting(state: Int32Array, source: InterruptSource): boolean {
  return source.pending && acceptsInterrupts(state);
}

/** Whether the CPU accepts an interrupt between these two instructions, if IF allows it. */
function isBetweenInstructions(state: Int32Array): boolean {
  return state[Word.interruptShadow] === 0 && state[Word.halted]! <= Halt.waiting;
}

/** Why `run` came back: attention was asked for, the CPU halted, the budget is used up, or a debugger is to be told (Stops). */
export type LeaveReason = 'attention' | 'halted' | 'budget' | 'debug';

/**
 * Runs guest code until something outside it is due. Between two stretches of code it delivers interrupts and
 * exceptions; it is the only place from which code is entered.
 */
export class Dispatcher {
  private readonly cpu: Cpu;
  private readonly graph: Graph;
  private readonly state: Int32Array;
  private readonly interrupts: InterruptSource;
  private readonly pace: Pace;
  private readonly debug: DebugExceptions;
  private readonly stops: Stops;
  /** Times code was entered, faults and interrupts delivered. */
  readonly metrics = { entries: 0, faults: 0, interrupts: 0 };

  constructor(cpu: Cpu, graph: Graph, interrupts: InterruptSource) {
    this.cpu = cpu;
    this.stops = graph.stops;
    this.graph = graph;
    this.state = cpu.state;
    this.debug = new DebugExceptions(cpu);
    this.interrupts = interrupts;
    this.pace = graph.pace;
  }

  run(): LeaveReason {
    const { state, stops } = this;
    for (;;) {
      state[Word.interruptShadow] = shadowNow(state);
      if (state[Word.attention] !== 0) return 'attention';
      if (stops.isDue) return 'debug';
      if (this.debug.isTrapDue) this.debug.deliverTraps();
      if (stops.isSteppingAlone) this.wakeForStep();
      else this.acceptInterrupt();
      // A guest was left, and its host has the trap flag set.
      if (this.debug.isTrapDue) continue;
      if (state[Word.halted] !== Halt.running) return 'halted';
      if (this.pace.isUsedUp) return 'budget';
      if (stops.isDue) return 'debug';
      const isStep = stops.isStepping;
      // One that steps begins where it has stopped before.
      if (!isStep && stops.meets(linearEip(state))) return 'debug';
      this.enter();
      if (isStep) stops.note({ reason: 'step' });
    }
  }

  /** A step holds interrupts off, unless there is nothing to step before one comes: then it ends at the handler's entry. */
  private wakeForStep(): void {
    if (this.state[Word.halted] === Halt.running) return;
    this.acceptInterrupt();
    if (this.state[Word.halted] === Halt.running) this.stops.note({ reason: 'step' });
  }

  private acceptInterrupt(): void {
    const { state } = this;
    if (state[Word.halted] === Halt.startUp) return;
    if (isNmiWaiting(state) && state[Word.interruptShadow] !== Shadow.all) this.acceptNmi();
    if (isBetweenInstructions(state) && isExternalWaiting(state, this.interrupts)) this.acceptExternal();
    if (isBetweenInstructions(state) && isVirtualInterruptWaiting(state)) this.acceptVirtual();
  }

  private acceptNmi(): void {
    if (this.leavesGuest(Exit.nmi)) return;
    this.state[Word.nmi] = Nmi.blocked;
    this.metrics.interrupts++;
    this.interrupt(Vector.nmi);
  }

  private acceptExternal(): void {
    if (this.leavesGuest(Exit.interrupt)) return;
    this.state[Word.halted] = Halt.running;
    this.metrics.interrupts++;
    this.interrupt(this.interrupts.acknowledge());
  }

  private acceptVirtual(): void {
    if (this.leavesGuest(Exit.virtualInterrupt)) return;
    this.metrics.interrupts++;
    this.interrupt(takeVirtualInterrupt(this.state));
  }

  /** Leaves the guest if its hypervisor intercepts what is about to interrupt it, which then still waits. */
  private leavesGuest(code: number): boolean {
    const { cpu, state } = this;
    if (!isIntercepted(state, code)) return false;
    leaveGuest(cpu, { code, eip: state[Word.eip]!, nextEip: 0 });
    return true;
  }

  private interrupt(vector: number): void {
    this.stops.isInterrupting = true;
    deliver(this.cpu, vector, 'hardware', -1, this.state[Word.eip]);
    this.stops.isInterrupting = false;
  }

  /** Runs code from Word.eip until it leaves, and delivers the fault it ends with, if any. */
  private enter(): void {
    const { state } = this;
    this.metrics.entries++;
    this.pace.enter();
    this.graph.unwound();
    if (this.debug.breaks()) return;
    try {
      this.graph.cache.enterContext();
      const record = this.graph.cache.resolve(state[Word.eip]);
      if (this.debug.mustStep || this.stops.isStepping) this.stepOne(record);
      else this.graph.run(record, 0);
      const fault = this.graph.takeFault();
      if (fault !== null) this.fault(fault);
    } catch (error) {
      // Of memory, and of a single instruction.
      if (error instanceof GuestFault) this.fault(error);
      else {
        this.graph.locate();
        if (error !== instructionRestart) throw error;
        this.restart();
      }
    }
  }

  /** One instruction: after STI or MOV SS, and where a debug exception may follow. */
  private stepOne(record: number): void {
    const { graph } = this;
    this.pace.spend();
    const decoded = graph.ensureDecoded(record);
    this.debug.step(graph.decodedNodeOf(decoded), () => graph.step(decoded));
  }

  /** The instruction is restarted: the amount that it took from the budget is given back. */
  private restart(): void {
    this.pace.giveBack();
    this.debug.restarts = true;
  }

  private fault(fault: GuestFault): void {
    this.graph.locate();
    this.metrics.faults++;
    this.state[Word.debugTraps] = 0;
    deliverFault(this.cpu, fault, this.graph.nextEip);
  }
}

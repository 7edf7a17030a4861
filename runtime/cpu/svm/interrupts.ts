import { Eflags, Held, HostInterrupts, Nmi, Word } from '../../../translator/abi/state.ts';
import type { Cpu } from '../cpu.ts';
import { Virtual } from './vmcb.ts';

/** Holds all interrupts off; an INIT that waits already goes on waiting. */
export function clearGlobalInterruptFlag({ state }: Cpu): void {
  state[Word.interruptsHeld] ||= Held.all;
}

/** Holds interrupts off no longer; an INIT that has waited comes. */
export function setGlobalInterruptFlag(cpu: Cpu): void {
  const { state } = cpu;
  const hasInit = state[Word.interruptsHeld] === Held.withInit;
  state[Word.interruptsHeld] = Held.none;
  if (hasInit) cpu.onInit();
}

/**
 * Whether maskable interrupts of the machine are accepted: IF decides, unless GIF is clear or a guest runs whose hypervisor has it masked by its
 * own IF (V_INTR_MASKING).
 */
export function acceptsInterrupts(state: Int32Array): boolean {
  if (state[Word.interruptsHeld] !== 0) return false;
  const host = state[Word.hostInterrupts];
  return host === HostInterrupts.byFlag ? (state[Word.eflags]! & Eflags.if) !== 0 : host === HostInterrupts.accepted;
}

/** Whether a non-maskable interrupt waits, no handler of one runs, and GIF is set. */
export function isNmiWaiting(state: Int32Array): boolean {
  return state[Word.nmi] === Nmi.pending && state[Word.interruptsHeld] === 0;
}

/** Whether a guest has a virtual interrupt that waits, whether or not it comes now. */
export function isVirtualInterruptRequested(state: Int32Array): boolean {
  return (state[Word.virtualInterrupt]! & Virtual.requested) !== 0;
}

/** Whether a virtual interrupt waits that GIF, the guest's IF and its task priority allow (AMD64 Architecture Programmer's Manual vol. 2, 15.17 and 15.21.4). */
export function isVirtualInterruptWaiting(state: Int32Array): boolean {
  const field = state[Word.virtualInterrupt]!;
  const accepts = state[Word.interruptsHeld] === 0 && (state[Word.eflags]! & Eflags.if) !== 0;
  return accepts && (field & Virtual.requested) !== 0 && isAbovePriority(field);
}

function isAbovePriority(field: number): boolean {
  const priority = (field >>> Virtual.requestedPriorityShift) & Virtual.priority;
  return (field & Virtual.ignoresPriority) !== 0 || priority > (field & Virtual.priority);
}

/** Takes a virtual interrupt that waits, and returns its vector. */
export function takeVirtualInterrupt(state: Int32Array): number {
  state[Word.virtualInterrupt] &= ~Virtual.requested;
  return state[Word.virtualVector]!;
}

import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Exit } from '../../translator/abi/exits.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { isIntercepted } from '../../translator/abi/intercepts.ts';
import { Halt, Word } from '../../translator/abi/state.ts';
import { type ExitInformation, GuestFault, NO_EXIT, raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { enterHandler } from './delivery.ts';
import type { InterruptKind, UndeliveredException } from './observer.ts';
import { intercept } from './svm/intercept.ts';
import { type GuestEvent, leaveGuest } from './svm/leave.ts';
import { redirectInterrupt } from './virtual-interrupts.ts';

const contributory =
  (1 << Vector.divideError) |
  (1 << Vector.invalidTss) |
  (1 << Vector.segmentNotPresent) |
  (1 << Vector.stackFault) |
  (1 << Vector.generalProtection);
/** Vectors whose error code names a selector or vector, and so has an EXT bit (Intel SDM vol. 3, 6.13). */
const withExternalBit = contributory & ~(1 << Vector.divideError);
const EXTERNAL = 1;

/**
 * Delivers an interrupt or exception to the guest. What goes wrong on the way is delivered instead, as a double fault
 * where Intel SDM vol. 3, table 6-5 says so; a third fault shuts the CPU down (Halt.shutdown, cpu.onShutdown).
 * For 'software' (INT n, INT3, INTO) such a fault is raised instead: it belongs to the instruction.
 * @param errorCode as pushed, or -1
 * @param eip what the handler returns to: the faulting instruction, or the next one for traps and interrupts
 */
export function deliver(cpu: Cpu, vector: number, kind: InterruptKind, errorCode: number, eip: number): void {
  if (kind === 'software') deliverSoftware(cpu, vector, kind, eip);
  else if (kind !== 'exception' || !isIntercepted(cpu.state, Exit.exception + vector))
    deliverAfter(cpu, [], { vector, kind, errorCode }, eip);
  else leaveFor(cpu, vector, errorCode, { eip, nextEip: 0 });
}

/** Delivers what an instruction that the CPU has not executed has raised. `nextEip`: the EIP after that instruction. */
export function deliverFault(cpu: Cpu, fault: GuestFault, nextEip: number): void {
  const { vector, errorCode, exit: code, information, interrupt, interruptKind: kind } = fault;
  const eip = cpu.state[Word.eip]!;
  const during: GuestEvent | undefined = interrupt < 0 ? undefined : { vector: interrupt, kind, errorCode: -1 };
  if (code !== NO_EXIT) leaveGuest(cpu, { code, information, eip, nextEip, during });
  else if (!isIntercepted(cpu.state, Exit.exception + vector)) deliver(cpu, vector, 'exception', errorCode, eip);
  else leaveFor(cpu, vector, errorCode, { eip, nextEip: vector === Vector.boundRange ? nextEip : 0, during });
}

/** Delivers an event that a hypervisor injects: for it alone no intercept counts. */
export function inject(cpu: Cpu, event: GuestEvent, eip: number): void {
  deliverAfter(cpu, [], event, eip);
}

/** Leaves the guest as an exception is intercepted. */
function leaveFor(
  cpu: Cpu,
  vector: number,
  errorCode: number,
  place: { readonly eip: number; readonly nextEip: number; readonly during?: GuestEvent | undefined },
): void {
  const address = vector === Vector.pageFault ? cpu.state[Word.faultAddress]! : 0;
  const information: ExitInformation = [Math.max(errorCode, 0), 0, address, 0];
  leaveGuest(cpu, { code: Exit.exception + vector, information, ...place });
}

/** `kind`: what EXITINTINFO calls the event (AMD64 Architecture Programmer's Manual vol. 2, 15.7.2). */
function deliverSoftware(cpu: Cpu, vector: number, kind: GuestFault['interruptKind'], eip: number): void {
  cpu.observer?.deliver(vector, 'software', -1, eip);
  try {
    enterHandler(cpu, vector, 'software', -1, eip);
  } catch (error) {
    if (error instanceof GuestFault) {
      error.interrupt = vector;
      error.interruptKind = kind;
    }
    throw error;
  }
  leaveHalt(cpu);
}

/** Delivers one that others, not delivered, have led to. */
function deliverAfter(cpu: Cpu, earlier: readonly UndeliveredException[], event: GuestEvent, eip: number): void {
  const { vector, kind, errorCode, needsGate = false } = event;
  cpu.observer?.deliver(vector, kind, errorCode, eip);
  // A page fault on the way overwrites it.
  const address = cpu.state[Word.cr2];
  try {
    enterHandler(cpu, vector, needsGate ? 'software' : kind, errorCode, eip);
  } catch (error) {
    if (!(error instanceof GuestFault)) throw error;
    const failed = undelivered(cpu, vector, kind === 'exception' ? kind : 'interrupt', errorCode, address);
    const place = error.inNewTask ? cpu.state[Word.eip] : eip;
    deliverNested(cpu, { chain: [...earlier, failed], failed, during: event }, error, place);
    return;
  }
  leaveHalt(cpu);
}

function undelivered(
  cpu: Cpu,
  vector: number,
  kind: UndeliveredException['kind'],
  errorCode: number,
  cr2: number,
): UndeliveredException {
  const hasErrorCode = errorCode >= 0 && (cpu.state[Word.cr0] & Cr0.pe) !== 0;
  return {
    vector,
    kind,
    ...(hasErrorCode && { errorCode }),
    ...(kind === 'exception' && vector === Vector.pageFault && { address: cr2 >>> 0 }),
  };
}

/** Stands for an interrupt where a first exception's vector is asked for. */
const BENIGN = Vector.nmi;

/** An event that was not delivered, after others. */
interface Failure {
  readonly chain: readonly UndeliveredException[];
  readonly failed: UndeliveredException;
  readonly during: GuestEvent;
}

function deliverNested(cpu: Cpu, { chain, failed, during }: Failure, fault: GuestFault, eip: number): void {
  if (fault.exit !== NO_EXIT) {
    leaveGuest(cpu, { code: fault.exit, information: fault.information, eip, nextEip: 0, during });
    return;
  }
  const first = failed.kind === 'exception' ? failed.vector : BENIGN;
  const second = fault.vector;
  const external = during.needsGate ? 0 : (withExternalBit >>> second) & EXTERNAL;
  const errorCode = fault.errorCode < 0 ? -1 : fault.errorCode | external;
  const isDouble = isDoubleFault(first, second);
  const both = isDouble ? [...chain, undelivered(cpu, second, 'exception', errorCode, cpu.state[Word.cr2])] : chain;
  const next = isDouble ? Vector.doubleFault : second;
  if (isIntercepted(cpu.state, Exit.exception + second)) leaveFor(cpu, second, errorCode, { eip, nextEip: 0, during });
  else if (isDouble && first === Vector.doubleFault) shutDown(cpu, both, eip);
  else if (isIntercepted(cpu.state, Exit.exception + next)) leaveFor(cpu, next, 0, { eip, nextEip: 0, during });
  else deliverAfter(cpu, both, { vector: next, kind: 'exception', errorCode: isDouble ? 0 : errorCode }, eip);
}

/** Intel SDM vol. 3, table 6-5; with #DF as the first it means a triple fault. */
function isDoubleFault(first: number, second: number): boolean {
  const secondIsContributory = ((contributory >>> second) & 1) !== 0;
  if (first === Vector.pageFault || first === Vector.doubleFault) {
    return secondIsContributory || second === Vector.pageFault;
  }
  return secondIsContributory && ((contributory >>> first) & 1) !== 0;
}

/** `eip`: where the last handler would have returned to. Nothing runs there; it is for whoever looks at the registers. */
function shutDown(cpu: Cpu, exceptions: readonly UndeliveredException[], eip: number): void {
  if (isIntercepted(cpu.state, Exit.shutdown)) {
    leaveGuest(cpu, { code: Exit.shutdown, eip, nextEip: 0 });
    return;
  }
  cpu.state[Word.halted] = Halt.shutdown;
  cpu.state[Word.eip] = eip;
  cpu.observer?.shutDown(exceptions);
  cpu.onShutdown(exceptions);
}

function leaveHalt(cpu: Cpu): void {
  cpu.state[Word.halted] = Halt.running;
  cpu.state[Word.interruptShadow] = 0;
}

/** INT n: in VM86 mode the 8086 program's, or only with IOPL 3 (Intel SDM vol. 3, 21.3.3). */
export function softwareInterrupt(cpu: Cpu, vector: number, nextEip: number): void {
  if (cpu.isVm86 && redirectInterrupt(cpu, vector, nextEip)) return;
  if (cpu.isVm86 && cpu.ioPrivilege < 3) raise(Vector.generalProtection);
  deliver(cpu, vector, 'software', -1, nextEip);
}

/** INT3 and INTO: the IOPL doesn't matter. */
export function softwareException(cpu: Cpu, vector: number, nextEip: number): void {
  intercept(cpu.state, Exit.exception + vector);
  deliverSoftware(cpu, vector, 'exception', nextEip);
}

/** INT1: like a debug exception from outside, whatever its gate's DPL. Its intercept is not that of #DB (15.12.2). */
export function debugTrap(cpu: Cpu, nextEip: number): void {
  deliverAfter(cpu, [], { vector: Vector.debug, kind: 'exception', errorCode: -1 }, nextEip);
}

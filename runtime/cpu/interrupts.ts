import { Vector } from '../../translator/abi/faults.ts';
import { Halt, Word } from '../../translator/abi/state.ts';
import { GuestFault, raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { enterHandler, type InterruptKind } from './delivery.ts';
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
  if (kind === 'software') enterHandler(cpu, vector, kind, errorCode, eip);
  else {
    try {
      enterHandler(cpu, vector, kind, errorCode, eip);
    } catch (error) {
      if (!(error instanceof GuestFault)) throw error;
      deliverNested(cpu, kind === 'exception' ? vector : BENIGN, error, error.inNewTask ? cpu.state[Word.eip] : eip);
      return;
    }
  }
  leaveHalt(cpu);
}

/** Stands for an interrupt where a first exception's vector is asked for. */
const BENIGN = Vector.nmi;

function deliverNested(cpu: Cpu, first: number, fault: GuestFault, eip: number): void {
  const second = fault.vector;
  if (!isDoubleFault(first, second)) {
    const external = (withExternalBit >>> second) & EXTERNAL;
    deliver(cpu, second, 'exception', fault.errorCode < 0 ? -1 : fault.errorCode | external, eip);
  } else if (first === Vector.doubleFault) shutDown(cpu);
  else deliver(cpu, Vector.doubleFault, 'exception', 0, eip);
}

/** Intel SDM vol. 3, table 6-5; with #DF as the first it means a triple fault. */
function isDoubleFault(first: number, second: number): boolean {
  const secondIsContributory = ((contributory >>> second) & 1) !== 0;
  if (first === Vector.pageFault || first === Vector.doubleFault) {
    return secondIsContributory || second === Vector.pageFault;
  }
  return secondIsContributory && ((contributory >>> first) & 1) !== 0;
}

function shutDown(cpu: Cpu): void {
  cpu.state[Word.halted] = Halt.shutdown;
  cpu.onShutdown();
}

function leaveHalt(cpu: Cpu): void {
  cpu.state[Word.halted] = Halt.running;
  cpu.state[Word.interruptShadow] = 0;
}

/** INT n: in VM86 mode the 8086 program's, or only with IOPL 3 (Intel SDM vol. 3, 21.3.3). */
export function softwareInterrupt(cpu: Cpu, vector: number, nextEip: number): void {
  if (cpu.isVm86 && redirectInterrupt(cpu, vector, nextEip)) return;
  if (cpu.isVm86 && cpu.ioPrivilege < 3) raise(Vector.generalProtection, 0);
  deliver(cpu, vector, 'software', -1, nextEip);
}

/** INT3 and INTO: the IOPL doesn't matter. */
export function softwareException(cpu: Cpu, vector: number, nextEip: number): void {
  deliver(cpu, vector, 'software', -1, nextEip);
}

/** INT1: like a debug exception from outside, whatever its gate's DPL. */
export function debugTrap(cpu: Cpu, nextEip: number): void {
  deliver(cpu, Vector.debug, 'exception', -1, nextEip);
}

import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';

/** DR6 and DR7 with no breakpoint set: bits that read as 1. */
export const DEBUG_STATUS_FIXED = 0xffff0ff0 | 0;
export const DEBUG_CONTROL_FIXED = 0x400;

/** Bits of DR6 and DR7 that can be written (Intel SDM vol. 3, 17.2). */
const statusBits = 0xe00f;
const controlBits = 0xffff23ff;
/** DR6.BD and DR7.GD: access to debug registers is itself trapped. */
const ACCESS_DETECTED = 1 << 13;
export const DEBUG_GENERAL_DETECT = 1 << 13;

/** MOV r32, DRn. `register` is a word. */
export function moveFromDebug(cpu: Cpu, register: number, number: number): void {
  checkAccess(cpu);
  cpu.state[register] = cpu.state[Word.debug + aliased(number)];
}

/** MOV DRn, r32. */
export function moveToDebug(cpu: Cpu, number: number, value: number): void {
  checkAccess(cpu);
  cpu.state[Word.debug + aliased(number)] = withFixedBits(aliased(number), value);
}

/** DR4 and DR5 are DR6 and DR7 (without CR4.DE, which this processor doesn't have). */
function aliased(number: number): number {
  return (number & 6) === 4 ? number + 2 : number;
}

function withFixedBits(number: number, value: number): number {
  if (number === 6) return (value & statusBits) | DEBUG_STATUS_FIXED;
  return number === 7 ? (value & controlBits) | DEBUG_CONTROL_FIXED : value;
}

/** Intel SDM vol. 3, 17.2.4, GD. */
function checkAccess(cpu: Cpu): void {
  const { state } = cpu;
  if ((state[Word.debug + 7] & DEBUG_GENERAL_DETECT) === 0) return;
  state[Word.debug + 6] |= ACCESS_DETECTED;
  raise(Vector.debug);
}

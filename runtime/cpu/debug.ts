import { Cr4 } from '../../translator/abi/control-registers.ts';
import { Exit } from '../../translator/abi/exits.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Eflags, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import { DEBUG_CONTROL_FIXED, DEBUG_STATUS_FIXED } from './breakpoints.ts';
import type { Cpu } from './cpu.ts';
import { intercept } from './svm/intercept.ts';

/** Bits of DR6 and DR7 that can be written (Intel SDM vol. 3, 18.2). */
const statusBits = 0xe00f;
const controlBits = 0xffff23ff;
/** Bits of DR6 for a debug exception: the breakpoints that matched, and its other causes (Intel SDM vol. 3, 18.2.3). */
export const Dr6 = { breakpoints: 0xf, accessDetected: 1 << 13, singleStep: 1 << 14, taskSwitch: 1 << 15 } as const;
/** DR7.GD: access to debug registers is itself trapped. */
export const DEBUG_GENERAL_DETECT = 1 << 13;

/** MOV r32, DRn. `register` is a word. */
export function moveFromDebug(cpu: Cpu, register: number, number: number): void {
  const source = checkedNumber(cpu, number);
  intercept(cpu.state, Exit.readDebug + number);
  cpu.state[register] = cpu.state[Word.debug + source];
}

/** MOV DRn, r32. */
export function moveToDebug(cpu: Cpu, number: number, value: number): void {
  const target = checkedNumber(cpu, number);
  intercept(cpu.state, Exit.writeDebug + number);
  cpu.state[Word.debug + target] = withFixedBits(target, value);
  if (target !== 6) cpu.updateBreakpoints();
}

/** The register that is meant: without CR4.DE DR4 and DR5 are DR6 and DR7. Raises #DB if DR7.GD is set (18.2.4). */
function checkedNumber(cpu: Cpu, number: number): number {
  const { state } = cpu;
  const isAlias = (number & 6) === 4;
  if (isAlias && state[Word.cr4] & Cr4.de) raise(Vector.invalidOpcode);
  if (state[Word.debug + 7] & DEBUG_GENERAL_DETECT) {
    state[Word.debug + 6] |= Dr6.accessDetected;
    // Unlike that of a breakpoint this fault's image has RF set (18.3.1.1).
    state[Word.eflags] |= Eflags.rf;
    raise(Vector.debug);
  }
  return isAlias ? number + 2 : number;
}

/** A value for a debug register, with the bits that are fixed. */
export function withFixedBits(number: number, value: number): number {
  if (number === 6) return (value & statusBits) | DEBUG_STATUS_FIXED;
  return number === 7 ? (value & controlBits) | DEBUG_CONTROL_FIXED : value;
}

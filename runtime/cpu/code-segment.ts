import { Vector } from '../../translator/abi/faults.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { selectorError } from './descriptor.ts';
import { setSegmentFrom, setUnprotectedSegment } from './segmentation.ts';

/** Reads a code segment's descriptor into cpu.code; raises if the selector is null or not of a code segment. */
export function requireCodeSegment(cpu: Cpu, selector: number): void {
  cpu.code.require(cpu, selector, Vector.generalProtection);
  if (!cpu.code.isCode) raise(Vector.generalProtection, selectorError(selector));
}

/** Raises #NP unless the code segment just read is present. */
export function requirePresentCode(cpu: Cpu): void {
  if (!cpu.code.isPresent) raise(Vector.segmentNotPresent, selectorError(cpu.code.selector));
}

/** Raises #GP(0) unless an EIP lies within the code segment just read. */
export function requireWithinCode(cpu: Cpu, eip: number): void {
  if (eip >>> 0 > cpu.code.limit >>> 0) raise(Vector.generalProtection);
}

/**
 * Goes to a code segment that was read into cpu.code and checked: the last step of a far transfer, nothing faults any
 * more once the accessed bit has been set (do that first where other state changes too).
 */
export function enterCode(cpu: Cpu, privilege: number, eip: number): void {
  const { state, code } = cpu;
  setSegmentFrom(cpu, Segment.cs, (code.selector & 0xfffc) | privilege, code);
  state[Word.cpl] = privilege;
  state[Word.eip] = eip;
  cpu.updateKey();
}

/** Raises #GP(0) unless an EIP lies within CS, for transfers in real and VM86 mode, which keep its limit. */
export function requireWithinLimit(cpu: Cpu, eip: number): void {
  if (eip >>> 0 > cpu.state[Word.segmentLimit + Segment.cs] >>> 0) raise(Vector.generalProtection);
}

/** Goes to another code segment in real or VM86 mode. */
export function enterUnprotectedCode(cpu: Cpu, selector: number, eip: number): void {
  setUnprotectedSegment(cpu, Segment.cs, selector);
  cpu.state[Word.eip] = eip;
  cpu.updateKey();
}

/** Linear address of the instruction at EIP. */
export function linearEip(state: Int32Array): number {
  return (state[Word.eip] + state[Word.segmentBase + Segment.cs]) | 0;
}

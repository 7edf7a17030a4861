import { Vector } from '../../translator/abi/faults.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { selectorError } from './descriptor.ts';
import { checkStackSegment, setSegmentFrom } from './segmentation.ts';
import { setStackPointer } from './stack.ts';

/** Type bits of Word.taskRights that tell a 32-bit TSS from a 16-bit one. */
export const TASK_IS_32_BITS = 0x800;

/**
 * Prepares cpu.stack for pushes onto the stack that the current TSS holds for a privilege level (Intel SDM vol. 3,
 * 5.8.5). SS is not changed yet: commitInnerStack does that.
 */
export function selectInnerStack(cpu: Cpu, privilege: number): void {
  const { state, memory } = cpu;
  const wide = (state[Word.taskRights] & TASK_IS_32_BITS) !== 0;
  const size = wide ? 4 : 2;
  const offset = size + privilege * 2 * size;
  if (offset + size + 1 > state[Word.taskLimit] >>> 0)
    raise(Vector.invalidTss, selectorError(state[Word.taskSelector]));
  const address = (state[Word.taskBase] + offset) | 0;
  const pointer = wide ? memory.loadSystem32(address) : memory.loadSystem16(address);
  const selector = memory.loadSystem16((address + size) | 0);
  checkStackSegment(cpu, selector, privilege, Vector.invalidTss);
  cpu.stack.useInner(cpu.data, pointer, selectorError(selector));
}

/**
 * Makes the inner stack the current one, after the pushes. A 16-bit stack sets only SP: the upper half of ESP stays the outer level's.
 * 32-bit DPMI hosts with such a stack rely on it: IRET to a 16-bit stack hands that half back, and with it the client's ESP.
 */
export function commitInnerStack(cpu: Cpu): void {
  const { data } = cpu;
  setSegmentFrom(cpu, Segment.ss, data.selector, data);
  setStackPointer(cpu, cpu.stack.pointer);
}

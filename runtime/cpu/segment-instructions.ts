import { Segment, Shadow, Word } from '../../translator/abi/state.ts';
import type { Cpu } from './cpu.ts';
import { loadSegment } from './segmentation.ts';
import { movedStackPointer, peek } from './stack.ts';

/** POP to a segment register: a whole operand is dropped, its low 16 bits count. */
export function popSegment(cpu: Cpu, segment: number, size: number): void {
  const { state } = cpu;
  const selector = peek(cpu, size, 0) & 0xffff;
  const pointer = movedStackPointer(cpu, size);
  loadSegment(cpu, segment, selector);
  state[Word.esp] = pointer;
  if (segment === Segment.ss) state[Word.interruptShadow] = Shadow.all;
}

/** MOV to a segment register. */
export function moveToSegment(cpu: Cpu, segment: number, selector: number): void {
  loadSegment(cpu, segment, selector);
  if (segment === Segment.ss) cpu.state[Word.interruptShadow] = Shadow.all;
}

/** LDS and its like: `register` is a word, `value` what it becomes. */
export function loadPointer(cpu: Cpu, segment: number, selector: number, register: number, value: number): void {
  loadSegment(cpu, segment, selector);
  cpu.state[register] = value;
}

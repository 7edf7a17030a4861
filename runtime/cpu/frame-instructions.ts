import { Word } from '../../translator/abi/state.ts';
import type { Cpu } from './cpu.ts';
import { setRegister } from './registers.ts';
import { movedStackPointer, peekAt } from './stack.ts';

/**
 * ENTER (Intel SDM vol. 2).
 * @param bytes of local variables
 * @param level of nesting: how many frame pointers are copied, modulo 32
 */
export function enterFrame(cpu: Cpu, size: number, bytes: number, level: number): void {
  const { stack, state } = cpu;
  const depth = level & 31;
  stack.useCurrent(cpu);
  stack.push(cpu, size, state[Word.ebp]);
  const frame = stack.pointer;
  for (let n = 1; n < depth; n++) stack.push(cpu, size, peekAt(cpu, size, state[Word.ebp] - n * size));
  if (depth > 0) stack.push(cpu, size, frame);
  stack.probe(cpu, size, bytes);
  setRegister(cpu, Word.ebp, size, frame);
  state[Word.esp] = stack.pointer;
  state[Word.esp] = movedStackPointer(cpu, -bytes);
}

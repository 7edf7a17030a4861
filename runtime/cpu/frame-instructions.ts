import { Word } from '../../translator/abi/state.ts';
import type { Cpu } from './cpu.ts';
import { setRegister } from './registers.ts';
import { movedStackPointer, peek, peekAt } from './stack.ts';

/** PUSHA. */
export function pushAll(cpu: Cpu, size: number): void {
  const { stack, state } = cpu;
  stack.useCurrent(cpu);
  for (let word = Word.eax; word <= Word.edi; word++) stack.push(cpu, size, state[word]);
  state[Word.esp] = stack.pointer;
}

/** Words of the values that POPA takes, in the order in which it finds them above the stack pointer. */
const popped = [Word.edi, Word.esi, Word.ebp, Word.esp, Word.ebx, Word.edx, Word.ecx, Word.eax] as const;

/** POPA: the value of ESP is skipped. */
export function popAll(cpu: Cpu, size: number): void {
  const { state } = cpu;
  // All are read before the first register changes, in case one faults.
  for (let n = 0; n < popped.length; n++) peek(cpu, size, n * size);
  for (let n = 0; n < popped.length; n++) {
    const word = popped[n];
    if (word !== Word.esp) setRegister(cpu, word, size, peek(cpu, size, n * size));
  }
  state[Word.esp] = movedStackPointer(cpu, 8 * size);
}

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

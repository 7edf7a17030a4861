import { Vector } from '../../translator/abi/faults.ts';
import { Eflags, Halt, Shadow, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { changeableFlags, writeEflags } from './eflags.ts';
import { movedStackPointer, peek } from './stack.ts';

/** STI (Intel SDM vol. 2): interrupts are held off for one more instruction. */
export function setInterruptFlag(cpu: Cpu): void {
  const { state } = cpu;
  if (state[Word.cpl] > cpu.ioPrivilege) raise(Vector.generalProtection, 0);
  if ((state[Word.eflags] & Eflags.if) === 0) state[Word.interruptShadow] = Shadow.interrupts;
  state[Word.eflags] |= Eflags.if;
}

/** POPF (Intel SDM vol. 2). */
export function popFlags(cpu: Cpu, size: number): void {
  const { state } = cpu;
  if (cpu.isVm86 && cpu.ioPrivilege < 3) raise(Vector.generalProtection, 0);
  const image = peek(cpu, size, 0);
  state[Word.esp] = movedStackPointer(cpu, size);
  writeEflags(cpu, image, changeableFlags(cpu, size));
}

/** HLT: nothing more until an interrupt, which may come at once: a shadow before it ends with it. */
export function halt(cpu: Cpu): void {
  cpu.state[Word.interruptShadow] = 0;
  cpu.state[Word.halted] = Halt.waiting;
}

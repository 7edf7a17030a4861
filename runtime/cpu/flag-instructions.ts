import { Eflags, Halt, Shadow, Word } from '../../translator/abi/state.ts';
import type { Cpu } from './cpu.ts';
import { changeableFlags, writeEflags } from './eflags.ts';
import { movedStackPointer, peek } from './stack.ts';
import { changeVirtualFlag, fromVirtualImage, requireVirtualFlag } from './virtual-interrupts.ts';

/** STI (Intel SDM vol. 2): interrupts are held off for one more instruction. */
export function setInterruptFlag(cpu: Cpu, nextEip: number): void {
  const { state } = cpu;
  if (state[Word.cpl] > cpu.ioPrivilege) {
    changeVirtualFlag(cpu, 1);
    return;
  }
  enableInterrupts(state, nextEip);
}

/** Sets IF. If it was clear the instruction at `nextEip` is done before any interrupt comes. */
export function enableInterrupts(state: Int32Array, nextEip: number): void {
  if ((state[Word.eflags] & Eflags.if) !== 0) return;
  state[Word.eflags] |= Eflags.if;
  state[Word.interruptShadow] = Shadow.interrupts;
  state[Word.shadowedEip] = nextEip;
}

/** The shadow at EIP: none, that of interrupts, or all. Code that goes on leaves those standing that are of one place. */
export function shadowNow(state: Int32Array): number {
  const shadow = state[Word.interruptShadow];
  const isOver = shadow !== Shadow.all && state[Word.shadowedEip] !== state[Word.eip];
  if (isOver) return Shadow.none;
  return shadow === Shadow.stack ? Shadow.all : shadow;
}

/** POPF (Intel SDM vol. 2). */
export function popFlags(cpu: Cpu, size: number): void {
  const { state } = cpu;
  const virtual = cpu.isVm86 && cpu.ioPrivilege < 3;
  if (virtual) requireVirtualFlag(cpu, size);
  const popped = peek(cpu, size, 0);
  const image = virtual ? fromVirtualImage(cpu, popped) : popped;
  state[Word.esp] = movedStackPointer(cpu, size);
  const before = state[Word.eflags];
  writeEflags(cpu, image, changeableFlags(cpu, size) | (virtual ? Eflags.vif : 0));
  if ((before ^ state[Word.eflags]) & Eflags.ac) cpu.updateKey();
}

/** HLT: nothing more until an interrupt, which may come at once: a shadow before it ends with it. */
export function halt(cpu: Cpu): void {
  cpu.state[Word.interruptShadow] = 0;
  cpu.state[Word.halted] = Halt.waiting;
}

/** PAUSE where there is no other processor that may want the turn. */
export function tryPause(cpu: Cpu): 0 | 1 {
  if (cpu.onPause !== null) return 0;
  pause(cpu);
  return 1;
}

/** PAUSE: what waits for another processor lets it run. A loop of RDTSC and PAUSE waits for time to pass. */
export function pause(cpu: Cpu): void {
  if (cpu.hasSeenTime) {
    cpu.hasSeenTime = false;
    cpu.waitsForTime?.();
  }
  cpu.onPause?.();
}

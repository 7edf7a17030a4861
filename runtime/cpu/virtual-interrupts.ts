import { Cr4 } from '../../translator/abi/control-registers.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Eflags, Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import { enterUnprotectedCode } from './code-segment.ts';
import type { Cpu } from './cpu.ts';
import { readEflags } from './eflags.ts';
import { TASK_IS_32_BITS } from './inner-stack.ts';

/*
 * Virtual-8086 mode extensions and protected-mode virtual interrupts (Intel SDM vol. 3, 21.3 and 21.4): where IOPL is too
 * low, VIF stands in for IF, unless an interrupt waits (VIP).
 */

/** Bytes of a TSS's interrupt redirection bitmap, which ends where the I/O permission bitmap begins. */
const REDIRECTION_BYTES = 32;
const BITMAP_OFFSET = 0x66;

/** Raises #GP(0) unless PUSHF, POPF or IRET in VM86 mode with IOPL below 3 has a virtual interrupt flag. */
export function requireVirtualFlag(cpu: Cpu, size: number): void {
  if (size !== 2 || (cpu.state[Word.cr4] & Cr4.vme) === 0) raise(Vector.generalProtection);
}

/** CLI (0) and STI (1) where CPL is above IOPL. */
export function changeVirtualFlag(cpu: Cpu, set: number): void {
  const { state } = cpu;
  const enabled = state[Word.cr4] & (cpu.isVm86 ? Cr4.vme : Cr4.pvi);
  if (enabled === 0 || state[Word.cpl] !== 3) raise(Vector.generalProtection);
  if (set === 0) state[Word.eflags] &= ~Eflags.vif;
  else if (state[Word.eflags] & Eflags.vip) raise(Vector.generalProtection);
  else state[Word.eflags] |= Eflags.vif;
}

/** PUSHF in VM86 mode with IOPL below 3. */
export function pushVirtualFlags(cpu: Cpu, size: number): void {
  requireVirtualFlag(cpu, size);
  const { stack } = cpu;
  stack.useCurrent(cpu);
  stack.push(cpu, 2, virtualImage(cpu));
  cpu.state[Word.esp] = stack.pointer;
}

/** FLAGS as a program in VM86 mode sees them: with VIF as IF, and IOPL 3. */
function virtualImage(cpu: Cpu): number {
  const flags = readEflags(cpu);
  return (flags & ~Eflags.if) | Eflags.iopl | (flags & Eflags.vif ? Eflags.if : 0);
}

/**
 * The image that POPF and IRET may load in VM86 mode with IOPL below 3: IF has become VIF. Raises #GP(0) if an interrupt
 * waits for the flag, or the trap flag would be set.
 */
export function fromVirtualImage(cpu: Cpu, image: number): number {
  const waits = cpu.state[Word.eflags] & Eflags.vip && image & Eflags.if;
  if (waits || image & Eflags.tf) raise(Vector.generalProtection);
  return (image & 0xffff & ~Eflags.if) | (image & Eflags.if ? Eflags.vif : 0);
}

/** INT n in VM86 mode that the 8086 program's own handler takes; false if it doesn't (21.3.3). */
export function redirectInterrupt(cpu: Cpu, vector: number, nextEip: number): boolean {
  const { state, stack, memory } = cpu;
  if ((state[Word.cr4] & Cr4.vme) === 0 || isForSystem(cpu, vector)) return false;
  const virtual = cpu.ioPrivilege < 3;
  const pointer = memory.current.load32(vector * 4);
  stack.useCurrent(cpu);
  stack.push(cpu, 2, virtual ? virtualImage(cpu) : readEflags(cpu));
  stack.push(cpu, 2, state[Word.selector + Segment.cs]);
  stack.push(cpu, 2, nextEip);
  state[Word.esp] = stack.pointer;
  state[Word.eflags] &= ~(Eflags.tf | (virtual ? Eflags.vif : Eflags.if));
  enterUnprotectedCode(cpu, pointer >>> 16, pointer & 0xffff);
  return true;
}

/** A vector's bit in the TSS: set, the interrupt is the system's. */
function isForSystem(cpu: Cpu, vector: number): boolean {
  const { memory, state } = cpu;
  if ((state[Word.taskRights] & TASK_IS_32_BITS) === 0) return true;
  const base = state[Word.taskBase];
  const offset = memory.loadSystem16((base + BITMAP_OFFSET) | 0) - REDIRECTION_BYTES + (vector >>> 3);
  if (offset < 0 || offset > state[Word.taskLimit] >>> 0) return true;
  return ((memory.loadSystem8((base + offset) | 0) >>> (vector & 7)) & 1) !== 0;
}

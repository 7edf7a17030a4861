import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Eflags, Nmi, Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import { enterUnprotectedCode, requireWithinLimit } from './code-segment.ts';
import type { Cpu } from './cpu.ts';
import { changeableFlags, writeEflags } from './eflags.ts';
import { checkReturnCode, returnToOuterLevel, returnToSameLevel } from './far-return.ts';
import { setVm86Segment } from './segmentation.ts';
import { movedStackPointer, peek } from './stack.ts';
import { switchTask } from './task-switch.ts';
import { fromVirtualImage, requireVirtualFlag } from './virtual-interrupts.ts';

/** IRET, all modes (Intel SDM vol. 2, IRET). `nextEip` is what a nested task goes on at when it is resumed. */
export function interruptReturn(cpu: Cpu, size: number, nextEip: number): void {
  const { state } = cpu;
  state[Word.nmi] &= ~Nmi.blocked;
  if ((state[Word.cr0] & Cr0.pe) === 0) returnUnprotected(cpu, size);
  else if (cpu.isVm86) {
    if (cpu.ioPrivilege < 3) requireVirtualFlag(cpu, size);
    returnUnprotected(cpu, size);
  } else if (state[Word.eflags] & Eflags.nt) {
    switchTask(cpu, cpu.memory.loadSystem16(state[Word.taskBase]), 'return', nextEip, -1);
  } else returnProtected(cpu, size);
}

function returnUnprotected(cpu: Cpu, size: number): void {
  const eip = peek(cpu, size, 0);
  const selector = peek(cpu, size, size) & 0xffff;
  const popped = peek(cpu, size, 2 * size);
  requireWithinLimit(cpu, eip);
  const virtual = cpu.isVm86 && cpu.ioPrivilege < 3;
  const flags = virtual ? fromVirtualImage(cpu, popped) : popped;
  cpu.state[Word.esp] = movedStackPointer(cpu, 3 * size);
  writeEflags(cpu, flags, returnableFlags(cpu, size) | (virtual ? Eflags.vif : 0));
  enterUnprotectedCode(cpu, selector, eip);
}

function returnProtected(cpu: Cpu, size: number): void {
  const eip = peek(cpu, size, 0);
  const selector = peek(cpu, size, size) & 0xffff;
  const flags = peek(cpu, size, 2 * size);
  if (size === 4 && flags & Eflags.vm && cpu.state[Word.cpl] === 0) {
    returnToVm86(cpu, selector, eip, flags);
    return;
  }
  checkReturnCode(cpu, selector, eip);
  // Which flags change is decided by the level that executes IRET.
  const mask = returnableFlags(cpu, size) | virtualFlags(cpu, size);
  if ((selector & 3) === cpu.state[Word.cpl]) returnToSameLevel(cpu, 3 * size, eip);
  else returnToOuterLevel(cpu, size, 3 * size, 0, eip);
  const before = cpu.state[Word.eflags];
  writeEflags(cpu, flags, mask);
  if ((before ^ cpu.state[Word.eflags]) & Eflags.ac) cpu.updateKey();
}

/** Intel SDM vol. 3, 20.2.3. */
function returnToVm86(cpu: Cpu, selector: number, eip: number, flags: number): void {
  const { state } = cpu;
  const pointer = peek(cpu, 4, 12);
  const ss = peek(cpu, 4, 16) & 0xffff;
  const es = peek(cpu, 4, 16 + 4) & 0xffff;
  const ds = peek(cpu, 4, 16 + 8) & 0xffff;
  const fs = peek(cpu, 4, 16 + 12) & 0xffff;
  const gs = peek(cpu, 4, 16 + 16) & 0xffff;
  if (eip >>> 0 > 0xffff) raise(Vector.generalProtection);
  writeEflags(cpu, flags, returnableFlags(cpu, 4) | virtualFlags(cpu, 4) | Eflags.vm);
  state[Word.cpl] = 3;
  state[Word.esp] = pointer;
  setVm86Segment(cpu, Segment.ss, ss);
  setVm86Segment(cpu, Segment.es, es);
  setVm86Segment(cpu, Segment.ds, ds);
  setVm86Segment(cpu, Segment.fs, fs);
  setVm86Segment(cpu, Segment.gs, gs);
  enterUnprotectedCode(cpu, selector, eip);
}

/**
 * The flags that IRET may change: those of POPF, and RF. Only instruction breakpoints look at RF, and the next instruction clears
 * it.
 */
function returnableFlags(cpu: Cpu, size: number): number {
  const mask = changeableFlags(cpu, size);
  return size === 4 && cpu.breakpoints.active ? mask | Eflags.rf : mask;
}

/** Flags that IRET may change besides at privilege level 0 in protected mode: VIF and VIP. */
function virtualFlags(cpu: Cpu, size: number): number {
  return size === 4 && cpu.state[Word.cpl] === 0 ? Eflags.vif | Eflags.vip : 0;
}

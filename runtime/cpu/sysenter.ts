import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Eflags, Segment, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { setSegment } from './segmentation.ts';

const flat = Rights.present | Rights.segment | Rights.accessed | Rights.big | Rights.granular;
const flatCode = flat | Rights.code | Rights.readable;
const flatData = flat | Rights.writable;

/** SYSENTER (Intel SDM vol. 2): to CPL 0 at the addresses in three MSRs, with flat segments of fixed properties. */
export function sysenter(cpu: Cpu): void {
  const { state } = cpu;
  const selector = state[Word.sysenterCs] & 0xfffc;
  if (selector === 0 || (state[Word.cr0] & Cr0.pe) === 0) raise(Vector.generalProtection);
  state[Word.eflags] &= ~(Eflags.vm | Eflags.if);
  state[Word.esp] = state[Word.sysenterEsp];
  state[Word.eip] = state[Word.sysenterEip];
  enterFlat(cpu, selector, 0);
}

/** SYSEXIT (Intel SDM vol. 2): from CPL 0 back to CPL 3, at EDX with the stack ECX. */
export function sysexit(cpu: Cpu): void {
  const { state } = cpu;
  const selector = state[Word.sysenterCs] & 0xfffc;
  if (selector === 0 || (state[Word.cr0] & Cr0.pe) === 0) raise(Vector.generalProtection);
  state[Word.esp] = state[Word.ecx];
  state[Word.eip] = state[Word.edx];
  enterFlat(cpu, (selector + 16) | 3, 3);
}

function enterFlat(cpu: Cpu, selector: number, privilege: number): void {
  const dpl = privilege << Rights.dplShift;
  setSegment(cpu, Segment.cs, selector & 0xffff, 0, -1, flatCode | dpl);
  setSegment(cpu, Segment.ss, (selector + 8) & 0xffff, 0, -1, flatData | dpl);
  cpu.state[Word.cpl] = privilege;
  cpu.updateKey();
}

import { Cr0, Cr4 } from '../../translator/abi/control-registers.ts';
import { Exit } from '../../translator/abi/exits.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { familyOf } from './model.ts';
import { loadPageDirectory, reloadPointers } from './page-directory.ts';
import { updateSseMode } from './sse/mode.ts';
import { intercept } from './svm/intercept.ts';
import { updateFpuMode } from './x87/status.ts';

/** Bits of CR0 that exist; writes to the others are ignored. ET is always 1. */
const cr0Bits = Cr0.pe | Cr0.mp | Cr0.em | Cr0.ts | Cr0.ne | Cr0.wp | Cr0.am | Cr0.nw | Cr0.cd | Cr0.pg;
/** CR0 bits that what the TLB holds depends on. */
const translationBits = Cr0.pe | Cr0.wp | Cr0.pg;
const translationBitsCr4 = Cr4.pse | Cr4.pae | Cr4.pge;

/** MOV r32, CRn (Intel SDM vol. 2, MOV - Move to/from Control Registers). `register` is a word. */
export function moveFromControl(cpu: Cpu, register: number, control: number): void {
  const word = controlWord(control);
  intercept(cpu.state, Exit.readControl + control);
  cpu.state[register] = cpu.state[word];
}

/**
 * MOV CRn, r32. A hypervisor may intercept it: after other exceptions, but for wrong page-directory pointers (AMD64 Architecture Programmer's Manual
 * vol. 2, table 15-7).
 */
export function moveToControl(cpu: Cpu, control: number, value: number): void {
  switch (control) {
    case 0:
      writeCr0(cpu, value);
      break;
    case 2:
      intercept(cpu.state, Exit.writeControl + 2);
      cpu.state[Word.cr2] = value;
      break;
    case 3:
      intercept(cpu.state, Exit.writeControl + 3);
      loadPageDirectory(cpu, value);
      break;
    case 4:
      writeCr4(cpu, value);
      break;
    default:
      raise(Vector.invalidOpcode);
  }
}

/** CR0, CR2, CR3 and CR4 lie next to each other. */
function controlWord(control: number): number {
  if (control === 1 || control > 4) raise(Vector.invalidOpcode);
  return control === 0 ? Word.cr0 : Word.cr2 + control - 2;
}

/** Whether bits of CR0 go together: no write-through a cache that is off (SDM vol. 3, 2.5). */
export function hasAllowedCacheBits(cr0: number): boolean {
  return (cr0 & Cr0.nw) === 0 || (cr0 & Cr0.cd) !== 0;
}

/** A CR0 with the bits that exist, as memory may hold others; no write-through a cache that is on. */
export function knownCr0(value: number): number {
  const known = (value & cr0Bits) | Cr0.et;
  return hasAllowedCacheBits(known) ? known : known & ~Cr0.nw;
}

/** Whether MOV may load a CR0: paging needs protected mode, except for a guest of AMD-V when it begins. */
function isAllowedCr0(value: number): boolean {
  return (!(value & Cr0.pg) || (value & Cr0.pe) !== 0) && hasAllowedCacheBits(value);
}

function writeCr0(cpu: Cpu, value: number): void {
  const { state } = cpu;
  const next = (value & cr0Bits) | Cr0.et;
  if (!isAllowedCr0(next)) raise(Vector.generalProtection);
  intercept(state, Exit.writeControl);
  if ((state[Word.cr0] ^ next) & ~(Cr0.ts | Cr0.mp)) intercept(state, Exit.writeSelectedCr0);
  reloadPointers(cpu, next, state[Word.cr4]);
  const changed = state[Word.cr0] ^ next;
  state[Word.cr0] = next;
  cpu.observer?.controlRegister(0, next);
  if (changed & translationBits) cpu.memory.flushAll();
  updateFpuMode(state);
  updateSseMode(state);
  cpu.updateKey();
}

function writeCr4(cpu: Cpu, value: number): void {
  const { state } = cpu;
  if (value & ~cr4Bits(cpu)) raise(Vector.generalProtection);
  intercept(state, Exit.writeControl + 4);
  reloadPointers(cpu, state[Word.cr0], value);
  const changed = state[Word.cr4] ^ value;
  state[Word.cr4] = value;
  updateSseMode(state);
  if (changed & translationBitsCr4) cpu.memory.flushAll();
  if (changed & Cr4.de) cpu.updateBreakpoints();
}

/** Bits of CR4 that the processor has. */
export function cr4Bits(cpu: Cpu): number {
  const { features } = cpu.model;
  let bits = familyOf(cpu.model) >= 6 ? Cr4.pce : 0;
  if (features.has('vme')) bits |= Cr4.vme | Cr4.pvi;
  if (features.has('tsc')) bits |= Cr4.tsd;
  if (features.has('de')) bits |= Cr4.de;
  if (features.has('pse')) bits |= Cr4.pse;
  if (features.has('pae')) bits |= Cr4.pae;
  if (features.has('mce')) bits |= Cr4.mce;
  if (features.has('pge')) bits |= Cr4.pge;
  if (features.has('fxsr')) bits |= Cr4.osfxsr;
  if (features.has('sse')) bits |= Cr4.osxmmexcpt;
  if (features.has('xsave')) bits |= Cr4.osxsave;
  return bits;
}

/** LMSW: the low four bits of CR0; PE can be set but not cleared. */
export function loadMachineStatus(cpu: Cpu, value: number): void {
  const cr0 = cpu.state[Word.cr0];
  writeCr0(cpu, (cr0 & ~(Cr0.mp | Cr0.em | Cr0.ts)) | (value & 0xf));
}

export function clearTaskSwitched(cpu: Cpu): void {
  cpu.state[Word.cr0] &= ~Cr0.ts;
  updateFpuMode(cpu.state);
  updateSseMode(cpu.state);
}

/** INVLPG. */
export function invalidatePage(cpu: Cpu, linear: number): void {
  cpu.memory.flushPage(linear);
}

import { Cr0, Cr4 } from '../../translator/abi/control-registers.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import { isReservedPointer } from '../memory/paging.ts';
import type { Cpu } from './cpu.ts';

/** Page directory base, PCD and PWT; with PAE paging the base of the pointers. */
const directoryBits = 0xfffff018;
const pointerTableBits = 0xfffffff8;
/** Bits of CR0 and CR4 whose change reloads the pointers (Intel SDM vol. 3, 4.4.1). */
const reloadsCr0 = Cr0.pg | Cr0.cd | Cr0.nw;
const reloadsCr4 = Cr4.pae | Cr4.pge | Cr4.pse;

/** Loads CR3, and with PAE paging the page-directory pointers. Raises #GP(0), with nothing changed, if one is wrong. */
export function loadPageDirectory(cpu: Cpu, value: number): void {
  const { state } = cpu;
  if (keepsPointers(state, state[Word.cr0], state[Word.cr4])) loadPointers(cpu, value);
  state[Word.cr3] = value & (cpu.model.features.has('pae') ? pointerTableBits : directoryBits);
  if (state[Word.cr0] & Cr0.pg) cpu.observer?.controlRegister(3, state[Word.cr3]);
  cpu.memory.flushNonGlobal();
}

/** Loads the pointers if a write of CR0 or CR4 asks for it; raises #GP(0), with nothing changed, if one is wrong. */
export function reloadPointers(cpu: Cpu, cr0: number, cr4: number): void {
  const { state } = cpu;
  const changed = ((state[Word.cr0] ^ cr0) & reloadsCr0) | ((state[Word.cr4] ^ cr4) & reloadsCr4);
  if (changed !== 0 && keepsPointers(state, cr0, cr4)) loadPointers(cpu, state[Word.cr3]);
}

/**
 * Whether page-directory pointers are kept, as PAE paging is on: not for a guest with nested paging, whose walks read them (AMD64 Architecture
 * Programmer's Manual vol. 2, 15.25.10).
 */
export function keepsPointers(state: Int32Array, cr0: number, cr4: number): boolean {
  return (cr0 & Cr0.pg) !== 0 && (cr4 & Cr4.pae) !== 0 && state[Word.nestedMode] === 0;
}

function loadPointers(cpu: Cpu, cr3: number): void {
  const words = readPointers(cpu, cr3);
  if (words === null) raise(Vector.generalProtection);
  cpu.state.set(words, Word.pagePointer);
}

/** The page-directory pointers that CR3 leads to; null if one is wrong. */
export function readPointers({ memory }: Cpu, cr3: number): number[] | null {
  const table = (cr3 & ~31) >>> 0;
  const words = Array.from({ length: 8 }, (_, n) => memory.loadPhysical32(table + 4 * n));
  for (let n = 0; n < 8; n += 2) if (isReservedPointer(words[n]!, words[n + 1]!)) return null;
  return words;
}

import { Segment, Word } from '../../../translator/abi/state.ts';
import { raiseExit } from '../../fault.ts';
import type { Cpu } from '../cpu.ts';
import { controlBlock } from './enter.ts';
import { clearGlobalInterruptFlag, setGlobalInterruptFlag } from './interrupts.ts';
import { Save } from './vmcb.ts';

/** Segments of VMLOAD and VMSAVE that code uses. */
const kept = [Segment.fs, Segment.gs];
/** MSRs of 64-bit mode that VMSAVE has beside those of SYSENTER: STAR, LSTAR, CSTAR, SFMASK, KernelGSBase. */
const LONG_REGISTERS = 5;
const sysenter = [
  [Save.sysenterCs, Word.sysenterCs],
  [Save.sysenterEsp, Word.sysenterEsp],
  [Save.sysenterEip, Word.sysenterEip],
] as const;

/** The guest is left before an instruction that is intercepted. */
export function interceptInstruction(_cpu: Cpu, exit: number): never {
  raiseExit(exit);
}

/** VMLOAD (AMD64 Architecture Programmer's Manual vol. 2, 15.5.2): FS, GS, TR, LDTR and the MSRs of SYSENTER. */
export function loadGuestState(cpu: Cpu, vmcb: number): void {
  const block = controlBlock(cpu, vmcb);
  for (const segment of kept) block.loadSegment(segment, 0);
  block.loadSystemSegment(Save.task, Word.taskSelector);
  block.loadSystemSegment(Save.ldtr, Word.ldtrSelector);
  for (const [at, word] of sysenter) cpu.state[word] = block.load(at);
}

/** VMSAVE. */
export function saveGuestState(cpu: Cpu, vmcb: number): void {
  const block = controlBlock(cpu, vmcb);
  for (const segment of kept) block.storeSegment(segment);
  block.storeSystemSegment(Save.task, Word.taskSelector);
  block.storeSystemSegment(Save.ldtr, Word.ldtrSelector);
  for (let n = 0; n < LONG_REGISTERS; n++) block.store64(Save.star + 8 * n, 0);
  for (const [at, word] of sysenter) block.store64(at, cpu.state[word]!);
}

/** CLGI (1) and STGI (0). */
export function holdInterrupts(cpu: Cpu, held: number): void {
  if (held === 0) setGlobalInterruptFlag(cpu);
  else clearGlobalInterruptFlag(cpu);
}

/** INVLPGA. Translations of other address spaces than the current one were forgotten when a guest was entered or left. */
export function invalidateGuestPage(cpu: Cpu, linear: number, _asid: number): void {
  cpu.memory.flushPage(linear);
}

import { Cr4, Efer } from '../../translator/abi/control-registers.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';

/** Model-specific registers (Intel SDM vol. 4, P6 family). */
const Msr = {
  timestamp: 0x10,
  sysenterCs: 0x174,
  sysenterEsp: 0x175,
  sysenterEip: 0x176,
  efer: 0xc0000080 | 0,
} as const;

/** Registers that are there but hold 0: platform id, hard power-on configuration, microcode revision, debug control. */
const zeroRegisters: ReadonlySet<number> = new Set([0x17, 0x2a, 0x79, 0x8b, 0x1d9]);

/** MSRs that are kept in one word of the state; 0 if it isn't one. */
function storedWord(cpu: Cpu, msr: number): number {
  if (!cpu.model.features.has('sep')) return 0;
  if (msr === Msr.sysenterCs) return Word.sysenterCs;
  if (msr === Msr.sysenterEsp) return Word.sysenterEsp;
  return msr === Msr.sysenterEip ? Word.sysenterEip : 0;
}

/** RDMSR: ECX tells which, EDX:EAX gets it. */
export function readModelRegister(cpu: Cpu): void {
  const { state } = cpu;
  const msr = state[Word.ecx];
  const word = storedWord(cpu, msr);
  if (word !== 0) setPair(cpu, state[word], 0);
  else if (msr === Msr.timestamp) loadTimestamp(cpu);
  else if (msr === Msr.efer && eferBits(cpu) !== 0) setPair(cpu, state[Word.efer], 0);
  else if (zeroRegisters.has(msr)) setPair(cpu, 0, 0);
  else raise(Vector.generalProtection, 0);
}

/** WRMSR: ECX tells which, from EDX:EAX. */
export function writeModelRegister(cpu: Cpu): void {
  const { state } = cpu;
  const msr = state[Word.ecx];
  const word = storedWord(cpu, msr);
  if (word !== 0) state[word] = state[Word.eax];
  else if (msr === Msr.timestamp) setTimestamp(cpu, state[Word.eax], state[Word.edx]);
  else if (msr === Msr.efer && eferBits(cpu) !== 0) writeExtendedFeatures(cpu, state[Word.eax], state[Word.edx]);
  else if (!zeroRegisters.has(msr)) raise(Vector.generalProtection, 0);
}

/** Bits of IA32_EFER that exist; the register is there if any does. */
function eferBits(cpu: Cpu): number {
  return cpu.model.features.has('nx') ? Efer.nxe : 0;
}

function writeExtendedFeatures(cpu: Cpu, low: number, high: number): void {
  if (((low & ~eferBits(cpu)) | high) !== 0) raise(Vector.generalProtection, 0);
  cpu.state[Word.efer] = low;
  cpu.memory.flushAll();
}

/** RDTSC: a counter of 1 GHz. CR4.TSD keeps it from CPL 1-3. */
export function readTimestamp(cpu: Cpu): void {
  const { state } = cpu;
  if (state[Word.cr4] & Cr4.tsd && state[Word.cpl] !== 0) raise(Vector.generalProtection, 0);
  loadTimestamp(cpu);
}

/** RDPMC: this processor has no performance counter. */
export function readPerformanceCounter(_cpu: Cpu): never {
  raise(Vector.generalProtection, 0);
}

const TWO_32 = 0x100000000;

function loadTimestamp(cpu: Cpu): void {
  const { state } = cpu;
  const now = Math.floor(cpu.nanoseconds());
  const low = (now % TWO_32) + (state[Word.timestampOffsetLow] >>> 0);
  const high = Math.floor(now / TWO_32) + state[Word.timestampOffsetHigh] + (low >= TWO_32 ? 1 : 0);
  setPair(cpu, low, high);
}

function setTimestamp(cpu: Cpu, low: number, high: number): void {
  const { state } = cpu;
  const now = Math.floor(cpu.nanoseconds());
  const lowOffset = (low >>> 0) - (now % TWO_32);
  state[Word.timestampOffsetLow] = lowOffset;
  state[Word.timestampOffsetHigh] = high - Math.floor(now / TWO_32) - (lowOffset < 0 ? 1 : 0);
}

function setPair(cpu: Cpu, low: number, high: number): void {
  cpu.state[Word.eax] = low;
  cpu.state[Word.edx] = high;
}

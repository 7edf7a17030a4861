import { Eflags, Word } from '../../translator/abi/state.ts';
import type { Cpu } from './cpu.ts';
import { type Descriptor, SystemType } from './descriptor.ts';
import { writeEflags } from './eflags.ts';
import { setRegister } from './registers.ts';

/** System descriptors that LAR and LSL know (Intel SDM vol. 2, LAR table 3-53, LSL table 3-60), as sets of types. */
const typesWithRights =
  (1 << SystemType.availableTask16) |
  (1 << SystemType.localTable) |
  (1 << SystemType.busyTask16) |
  (1 << SystemType.callGate16) |
  (1 << SystemType.taskGate) |
  (1 << SystemType.availableTask32) |
  (1 << SystemType.busyTask32) |
  (1 << SystemType.callGate32);
const typesWithLimit =
  typesWithRights & ~((1 << SystemType.callGate16) | (1 << SystemType.taskGate) | (1 << SystemType.callGate32));
/** Bits of a descriptor's second word that LAR returns. */
const rightsMask = 0x00f0ff00;

/** VERR: ZF tells whether the segment may be read at the CPL and the selector's RPL. */
export function verifyRead(cpu: Cpu, selector: number): void {
  const { data } = cpu;
  setZero(cpu, data.read(cpu, selector) && data.isReadable && isVisible(cpu, data));
}

/** VERW. */
export function verifyWrite(cpu: Cpu, selector: number): void {
  const { data } = cpu;
  setZero(cpu, data.read(cpu, selector) && data.isWritableData && isVisible(cpu, data));
}

/** LAR: `register` is a word; ZF tells whether it was written. */
export function loadAccessRights(cpu: Cpu, selector: number, register: number, size: number): void {
  const { data } = cpu;
  const found = describes(cpu, selector, typesWithRights);
  if (found) setRegister(cpu, register, size, data.high & rightsMask);
  setZero(cpu, found);
}

/** LSL. */
export function loadSegmentLimit(cpu: Cpu, selector: number, register: number, size: number): void {
  const { data } = cpu;
  const found = describes(cpu, selector, typesWithLimit);
  if (found) setRegister(cpu, register, size, data.limit);
  setZero(cpu, found);
}

/** Reads a descriptor into cpu.data; false unless it is visible and of a code or data segment or of a type in a set. */
function describes(cpu: Cpu, selector: number, systemTypes: number): boolean {
  const { data } = cpu;
  if (!data.read(cpu, selector)) return false;
  if (data.type < 16 && ((systemTypes >>> data.type) & 1) === 0) return false;
  return isVisible(cpu, data);
}

/** Conforming code is visible from every level, anything else from DPL inwards. */
function isVisible(cpu: Cpu, descriptor: Descriptor): boolean {
  if (descriptor.isCode && descriptor.isConforming) return true;
  return descriptor.dpl >= Math.max(cpu.state[Word.cpl], descriptor.selector & 3);
}

function setZero(cpu: Cpu, zero: boolean): void {
  writeEflags(cpu, zero ? Eflags.zf : 0, Eflags.zf);
}

import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { TASK_IS_32_BITS } from './inner-stack.ts';
import { setRegister } from './registers.ts';
import { interceptPort, PortAccess } from './svm/intercept.ts';

/** Where a 32-bit TSS holds the offset of its I/O permission bitmap, and the least limit of one that has it. */
const BITMAP_OFFSET = 0x66;
const MINIMUM_LIMIT = 0x67;

/** IN: into AL, AX or EAX. */
export function portIn(cpu: Cpu, port: number, size: number): void {
  checkPort(cpu, port, size, PortAccess.in);
  setRegister(cpu, Word.eax, size, readPort(cpu, port, size));
}

/** OUT: the low `size` bytes of the value. */
export function portOut(cpu: Cpu, port: number, value: number, size: number): void {
  checkPort(cpu, port, size, PortAccess.out);
  writePort(cpu, port, value, size);
}

/** Reads without asking for permission. */
export function readPort(cpu: Cpu, port: number, size: number): number {
  if (cpu.breakpoints.active) cpu.breakpoints.ports(port, size);
  return cpu.ports.read(port, size);
}

/** Writes without asking for permission. */
export function writePort(cpu: Cpu, port: number, value: number, size: number): void {
  if (cpu.breakpoints.active) cpu.breakpoints.ports(port, size);
  cpu.ports.write(port, size, size === 4 ? value : value & ~(-1 << (8 * size)));
}

/**
 * Raises #GP(0) unless the current privilege level may use the ports (Intel SDM vol. 1, 18.5). Then a hypervisor may intercept the access, which is
 * of PortAccess.
 */
export function checkPort(cpu: Cpu, port: number, size: number, access: number): void {
  const isFree = !cpu.isVm86 && cpu.state[Word.cpl] <= cpu.ioPrivilege;
  if (!isFree && !isPermitted(cpu, port, size)) raise(Vector.generalProtection);
  interceptPort(cpu, port, size, access);
}

function isPermitted(cpu: Cpu, port: number, size: number): boolean {
  const { memory, state } = cpu;
  const limit = state[Word.taskLimit] >>> 0;
  if ((state[Word.taskRights] & TASK_IS_32_BITS) === 0 || limit < MINIMUM_LIMIT) return false;
  const base = state[Word.taskBase];
  // Two bytes of the bitmap are always read, so the second one has to be within the limit too.
  const offset = memory.loadSystem16((base + BITMAP_OFFSET) | 0) + (port >>> 3);
  if (offset + 1 > limit) return false;
  const bits = memory.loadSystem16((base + offset) | 0) >>> (port & 7);
  return (bits & ((1 << size) - 1)) === 0;
}

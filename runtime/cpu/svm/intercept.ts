import { Exit } from '../../../translator/abi/exits.ts';
import { isIntercepted } from '../../../translator/abi/intercepts.ts';
import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import { Word } from '../../../translator/abi/state.ts';
import { type ExitInformation, raiseExit } from '../../fault.ts';
import type { Cpu } from '../cpu.ts';

/** How ports are accessed, in the bits that EXITINFO1 has for it (AMD64 Architecture Programmer's Manual vol. 2, figure 15-2). */
export const PortAccess = {
  out: 0,
  in: 1 << 0,
  string: 1 << 2,
  repeat: 1 << 3,
  sizeShift: 4,
  address16: 1 << 7,
  address32: 1 << 8,
  segmentShift: 10,
} as const;
const PORT_SHIFT = 16;

/** Ranges of model-specific registers that the permission map has, each in 2 KB of it; the others are always intercepted. */
const mappedRegisters: readonly number[] = [0, 0xc0000000, 0xc0010000];
const REGISTERS_MAPPED = 0x2000;
const RANGE_BYTES = 0x800;

/** Leaves the guest if its hypervisor intercepts an exit code. */
export function intercept(state: Int32Array, exit: number, information?: ExitInformation): void {
  if (isIntercepted(state, exit)) raiseExit(exit, information);
}

/** Leaves the guest if the bit of a port, or of one after it that is accessed too, is set in the permission map (15.10.1). */
export function interceptPort(cpu: Cpu, port: number, size: number, access: number): void {
  if (!isIntercepted(cpu.state, Exit.port)) return;
  const bits = mapBits(cpu, cpu.state[Word.portMapPage]!, port);
  if ((bits & ((1 << size) - 1)) === 0) return;
  raiseExit(Exit.port, [(port << PORT_SHIFT) | (size << PortAccess.sizeShift) | access, 0, 0, 0]);
}

/** Leaves the guest if the bit of an access to a model-specific register is set (15.11): `access` is 0 to read, 1 to write. */
export function interceptModelRegister(cpu: Cpu, number: number, access: 0 | 1): void {
  if (isIntercepted(cpu.state, Exit.modelRegister) && isRegisterSet(cpu, number, access))
    raiseExit(Exit.modelRegister, [access, 0, 0, 0]);
}

function isRegisterSet(cpu: Cpu, number: number, access: 0 | 1): boolean {
  const range = mappedRegisters.findIndex((first) => number >= first && number < first + REGISTERS_MAPPED);
  if (range < 0) return true;
  const bit = (range * RANGE_BYTES * 8 + (number - mappedRegisters[range]!) * 2) | access;
  return (mapBits(cpu, cpu.state[Word.registerMapPage]!, bit) & 1) !== 0;
}

/** Bits of a permission map from a number on, at least four of them. */
function mapBits({ memory }: Cpu, page: number, bit: number): number {
  const at = page * PAGE_BYTES + (bit >>> 5) * 4;
  const shift = bit & 31;
  const low = memory.loadPhysical32(at) >>> shift;
  return shift <= 28 ? low : low | (memory.loadPhysical32(at + 4) << (32 - shift));
}

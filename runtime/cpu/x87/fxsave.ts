/** FXSAVE, FXRSTOR, LDMXCSR, STMXCSR (Intel SDM vol. 1, 10.5 and 11.6.4; vol. 2, FXSAVE, table 3-46). */
import { Cr4 } from '../../../translator/abi/control-registers.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Mxcsr } from '../../../translator/abi/sse.ts';
import { Word } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { setMxcsr } from '../sse/mode.ts';
import { packBits, unpackExtended } from './formats.ts';
import { Fpu, type FpuCpu, Tag } from './fpu.ts';
import { loadBits, storeBits } from './image.ts';

const IMAGE_BYTES = 512;
const XMM_BYTES = 8 * 16;
/** Offsets in the image. */
const Field = {
  control: 0,
  status: 2,
  tags: 4,
  opcode: 6,
  instructionPointer: 8,
  instructionSelector: 12,
  dataPointer: 16,
  dataSelector: 20,
  mxcsr: 24,
  mxcsrMask: 28,
  registers: 32,
  xmm: 160,
} as const;

/** Whether the image has MXCSR and the XMM registers: the model has them and CR4.OSFXSR is set. */
const hasXmm = (cpu: FpuCpu): boolean => cpu.model.features.has('sse') && (cpu.state[Word.cr4] & Cr4.osfxsr) !== 0;

function requireAlignment(linear: number): void {
  if ((linear & 15) !== 0) raise(Vector.generalProtection);
}

/** Raises #GP(0) for an operand that is not aligned to 16 bytes, #PF. */
export function fxsave(cpu: FpuCpu, linear: number): void {
  requireAlignment(linear);
  const { memory } = cpu;
  memory.probeWrite(linear, IMAGE_BYTES);
  saveFpu(cpu, linear);
  if (hasXmm(cpu)) saveXmm(cpu, linear);
}

export function saveFpu(cpu: FpuCpu, linear: number): void {
  const { memory, state } = cpu;
  const fpu = new Fpu(cpu);
  memory.store16(linear + Field.control, fpu.control);
  memory.store16(linear + Field.status, fpu.status);
  memory.store16(linear + Field.tags, abridgedTags(fpu));
  memory.store16(linear + Field.opcode, state[Word.fpuOpcode]);
  memory.store32(linear + Field.instructionPointer, state[Word.fpuInstructionPointer]);
  memory.store32(linear + Field.instructionSelector, state[Word.fpuInstructionSelector]);
  memory.store32(linear + Field.dataPointer, state[Word.fpuDataPointer]);
  memory.store32(linear + Field.dataSelector, state[Word.fpuDataSelector]);
  for (let i = 0; i < 8; i++) {
    const image = packBits(fpu.readPhysical((fpu.top + i) & 7));
    storeBits(memory, linear + Field.registers + 16 * i, 16, image);
  }
}

/** MXCSR with its mask, and the registers. */
export function saveXmm(cpu: FpuCpu, linear: number): void {
  const { memory, state } = cpu;
  memory.store32(linear + Field.mxcsr, state[Word.mxcsr]);
  memory.store32(linear + Field.mxcsrMask, Mxcsr.defined);
  for (let offset = 0; offset < XMM_BYTES; offset += 4) {
    memory.store32(linear + Field.xmm + offset, state[Word.xmm + offset / 4]);
  }
}

/** One bit a physical register: 1 if it is not empty. */
function abridgedTags(fpu: Fpu): number {
  let tags = 0;
  for (let register = 0; register < 8; register++) if (fpu.tagOf(register) !== Tag.empty) tags |= 1 << register;
  return tags;
}

/** Raises #GP(0) for an operand that is not aligned to 16 bytes or sets reserved bits of MXCSR, #PF. */
export function fxrstor(cpu: FpuCpu, linear: number): void {
  requireAlignment(linear);
  const { memory } = cpu;
  // Both ends first: the image may lie in two pages, and a fault must leave the state as it was.
  memory.load32(linear);
  memory.load32(linear + IMAGE_BYTES - 4);
  if (hasXmm(cpu)) {
    restoreMxcsr(cpu, linear);
    restoreXmm(cpu, linear);
  }
  restoreFpu(cpu, linear);
}

export function restoreFpu(cpu: FpuCpu, linear: number): void {
  const { memory, state } = cpu;
  const fpu = new Fpu(cpu);
  fpu.control = memory.load16(linear + Field.control);
  fpu.status = memory.load16(linear + Field.status);
  setAbridgedTags(fpu, memory.load8(linear + Field.tags));
  state[Word.fpuOpcode] = memory.load16(linear + Field.opcode) & 0x7ff;
  state[Word.fpuInstructionPointer] = memory.load32(linear + Field.instructionPointer);
  state[Word.fpuInstructionSelector] = memory.load16(linear + Field.instructionSelector);
  state[Word.fpuDataPointer] = memory.load32(linear + Field.dataPointer);
  state[Word.fpuDataSelector] = memory.load16(linear + Field.dataSelector);
  for (let i = 0; i < 8; i++) {
    const image = loadBits(memory, linear + Field.registers + 16 * i, 10);
    fpu.writePhysical((fpu.top + i) & 7, unpackExtended(image));
  }
}

/** Raises #GP(0) for reserved bits. */
export function restoreMxcsr({ memory, state }: FpuCpu, linear: number): void {
  setMxcsr(state, memory.load32(linear + Field.mxcsr));
}

export function clearXmm({ state }: FpuCpu): void {
  state.fill(0, Word.xmm, Word.xmm + XMM_BYTES / 4);
}

export function restoreXmm({ memory, state }: FpuCpu, linear: number): void {
  for (let offset = 0; offset < XMM_BYTES; offset += 4) {
    state[Word.xmm + offset / 4] = memory.load32(linear + Field.xmm + offset);
  }
}

function setAbridgedTags(fpu: Fpu, tags: number): void {
  let word = 0;
  for (let register = 0; register < 8; register++)
    if ((tags & (1 << register)) === 0) word |= Tag.empty << (2 * register);
  fpu.state[Word.fpuTag] = word;
}

/** Raises #GP(0) for reserved bits, #PF. */
export function ldmxcsr(cpu: FpuCpu, linear: number): void {
  setMxcsr(cpu.state, cpu.memory.load32(linear));
}

export function stmxcsr(cpu: FpuCpu, linear: number): void {
  cpu.memory.store32(linear, cpu.state[Word.mxcsr]);
}

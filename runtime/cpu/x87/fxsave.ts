/** FXSAVE, FXRSTOR, LDMXCSR, STMXCSR (Intel SDM vol. 1, 10.5 and 11.6.4; vol. 2, FXSAVE, table 3-46). */
import { Cr4 } from '../../../translator/abi/control-registers.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Mxcsr } from '../../../translator/abi/sse.ts';
import { Word } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { setMxcsr } from '../sse/mode.ts';
import { Fpu, type FpuCpu, Tag } from './fpu.ts';
import { loadWords, storeWords } from './image.ts';
import { fillRegister, spillRegister } from './registers.ts';

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

/** Scratch: what is in an image in front of MXCSR, and the registers, each of 16 bytes. */
const head = new Int32Array(6);
const registers = new Int32Array(8 * 4);

/** Whether the image has MXCSR and the XMM registers: the model has them and CR4.OSFXSR is set. */
const hasXmm = (cpu: FpuCpu): boolean => cpu.model.features.has('sse') && (cpu.state[Word.cr4] & Cr4.osfxsr) !== 0;

function requireAlignment(linear: number): void {
  if ((linear & 15) !== 0) raise(Vector.generalProtection);
}

/** Raises #GP(0) for an operand that is not aligned to 16 bytes, #PF. */
export function fxsave(cpu: FpuCpu, linear: number): void {
  requireAlignment(linear);
  const { memory } = cpu;
  memory.current.probeWrite(linear, IMAGE_BYTES);
  saveFpu(cpu, linear);
  if (hasXmm(cpu)) saveXmm(cpu, linear);
}

export function saveFpu(cpu: FpuCpu, linear: number): void {
  const { memory, state, doubles } = cpu;
  const fpu = new Fpu(cpu);
  head[0] = fpu.control | (fpu.status << 16);
  head[1] = abridgedTags(fpu) | (state[Word.fpuOpcode] << 16);
  head[2] = state[Word.fpuInstructionPointer];
  head[3] = state[Word.fpuInstructionSelector];
  head[4] = state[Word.fpuDataPointer];
  head[5] = state[Word.fpuDataSelector];
  for (let i = 0; i < 8; i++) {
    const register = (fpu.top + i) & 7;
    const at = Word.fpuRegister + 4 * register;
    spillRegister(state, doubles, register);
    registers[4 * i] = state[at];
    registers[4 * i + 1] = state[at + 1];
    registers[4 * i + 2] = state[at + 2] & 0xffff;
    registers[4 * i + 3] = 0;
  }
  storeWords(memory, linear, head);
  storeWords(memory, linear + Field.registers, registers);
}

/** MXCSR with its mask, and the registers. */
export function saveXmm({ memory, state }: FpuCpu, linear: number): void {
  memory.current.store32(linear + Field.mxcsr, state[Word.mxcsr]);
  memory.current.store32(linear + Field.mxcsrMask, Mxcsr.defined);
  storeWords(memory, linear + Field.xmm, state.subarray(Word.xmm, Word.xmm + XMM_BYTES / 4));
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
  memory.current.load32(linear);
  memory.current.load32(linear + IMAGE_BYTES - 4);
  if (hasXmm(cpu)) {
    restoreMxcsr(cpu, linear);
    restoreXmm(cpu, linear);
  }
  restoreFpu(cpu, linear);
}

export function restoreFpu(cpu: FpuCpu, linear: number): void {
  const { memory, state, doubles } = cpu;
  const fpu = new Fpu(cpu);
  loadWords(memory, linear, head);
  loadWords(memory, linear + Field.registers, registers);
  fpu.control = head[0] & 0xffff;
  fpu.status = head[0] >>> 16;
  setAbridgedTags(fpu, head[1] & 0xff);
  state[Word.fpuOpcode] = (head[1] >>> 16) & 0x7ff;
  state[Word.fpuInstructionPointer] = head[2];
  state[Word.fpuInstructionSelector] = head[3] & 0xffff;
  state[Word.fpuDataPointer] = head[4];
  state[Word.fpuDataSelector] = head[5] & 0xffff;
  for (let i = 0; i < 8; i++) {
    const register = (fpu.top + i) & 7;
    const at = Word.fpuRegister + 4 * register;
    state[at] = registers[4 * i];
    state[at + 1] = registers[4 * i + 1];
    state[at + 2] = registers[4 * i + 2] & 0xffff;
    fillRegister(state, doubles, register);
  }
}

/** Raises #GP(0) for reserved bits. */
export function restoreMxcsr({ memory, state }: FpuCpu, linear: number): void {
  setMxcsr(state, memory.current.load32(linear + Field.mxcsr));
}

export function clearXmm({ state }: FpuCpu): void {
  state.fill(0, Word.xmm, Word.xmm + XMM_BYTES / 4);
}

export function restoreXmm({ memory, state }: FpuCpu, linear: number): void {
  loadWords(memory, linear + Field.xmm, state.subarray(Word.xmm, Word.xmm + XMM_BYTES / 4));
}

function setAbridgedTags(fpu: Fpu, tags: number): void {
  let word = 0;
  for (let register = 0; register < 8; register++)
    if ((tags & (1 << register)) === 0) word |= Tag.empty << (2 * register);
  fpu.state[Word.fpuTag] = word;
}

/** Raises #GP(0) for reserved bits, #PF. */
export function ldmxcsr(cpu: FpuCpu, linear: number): void {
  setMxcsr(cpu.state, cpu.memory.current.load32(linear));
}

export function stmxcsr(cpu: FpuCpu, linear: number): void {
  cpu.memory.current.store32(linear, cpu.state[Word.mxcsr]);
}

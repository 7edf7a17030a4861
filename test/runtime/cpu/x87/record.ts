/**
 * Records of x87 instructions executed somewhere (test/oracle/x87-harness.c has the layout), and their execution by the
 * traps: before and after are compared as FSAVE images.
 */
import { flagCarriesOf, flagResultOf, flagsImage } from '../../../../runtime/cpu/arithmetic.ts';
import type { CpuFeature } from '../../../../runtime/cpu/model.ts';
import { x87Environment, x87Memory, x87Register } from '../../../../runtime/cpu/x87/execute.ts';
import type { FpuCpu } from '../../../../runtime/cpu/x87/fpu.ts';
import type { ImageMemory } from '../../../../runtime/cpu/x87/image.ts';
import { doublesOf } from '../../../../runtime/cpu/x87/registers.ts';
import type { DataAccess } from '../../../../runtime/memory/access.ts';
import { Eflags, Segment, STATE_BYTES, WORD_COUNT, Word } from '../../../../translator/abi/state.ts';

export const RECORD_BYTES = 256;
/** Offsets in a record. */
export const Field = {
  image: 0,
  pointers: 12,
  registers: 28,
  memory: 108,
  eax: 236,
  eflags: 240,
  codeLength: 244,
  code: 245,
} as const;
const IMAGE_BYTES = 108;
const OPERAND_BYTES = 128;

const IMAGE_ADDRESS = 0x100;
const OPERAND_ADDRESS = 0x200;

/** 128 KB without paging; the upper half can't be written. */
class FlatMemory implements ImageMemory {
  misaligned = 0;
  readonly bytes = new Uint8Array(0x20000);
  readonly view = new DataView(this.bytes.buffer);
  readonly current: DataAccess = {
    load8: (linear) => this.view.getUint8(linear),
    load16: (linear) => this.view.getUint16(linear, true),
    load32: (linear) => this.view.getInt32(linear, true),
    store8: (linear, value) => this.view.setUint8(linear, value),
    store16: (linear, value) => this.view.setUint16(linear, value, true),
    store32: (linear, value) => this.view.setInt32(linear, value, true),
    probeWrite: (linear, bytes) => {
      if (linear + bytes > 0x10000) throw new Error('page fault');
    },
  };
  loadSystem8 = this.current.load8;
  loadSystem16 = this.current.load16;
  loadSystem32 = this.current.load32;
  storeSystem8 = this.current.store8;
  storeSystem16 = this.current.store16;
  storeSystem32 = this.current.store32;
  probeWriteSystem = this.current.probeWrite;
  readableSpan = (linear: number, length: number): Uint8Array => this.bytes.subarray(linear, linear + length);
  writableSpan = this.readableSpan;
  flushAll = (): void => {};
  flushNonGlobal = (): void => {};
  flushPage = (): void => {};
}

export class TestCpu implements FpuCpu {
  readonly state = new Int32Array(new ArrayBuffer(STATE_BYTES), 0, WORD_COUNT);
  readonly doubles = doublesOf(this.state);
  readonly memory = new FlatMemory();
  readonly model = { features: new Set<CpuFeature>() };
  errorLine: boolean | undefined;

  constructor() {
    this.state[Word.cr0] = 0x21;
    this.state[Word.eflags] = Eflags.one;
  }

  fpuErrorLine(active: boolean): void {
    this.errorLine = active;
  }
}

const conditionTests: Record<number, number> = { 0: Eflags.cf, 1: Eflags.zf, 2: Eflags.cf | Eflags.zf, 3: Eflags.pf };

/** FCMOVcc's condition, as its lifter would pass it. */
function conditionOf(opcode: number, modrm: number, eflags: number): number {
  const met = (eflags & conditionTests[(modrm >> 3) & 3]) !== 0;
  return met === (opcode === 0xda) ? 1 : 0;
}

/** Operations whose low three bits of ModR/M are part of the opcode. */
const hasIndex = (operation: number): boolean => {
  const group = operation & 0x7f8;
  const functions = (group >= 0x1e0 && group <= 0x1f8) || group === 0x3e0 || group === 0x7e0;
  return !(functions || operation === 0x2e9 || operation === 0x6d9 || group === 0x1d0);
};

const FNSTSW_AX = 0x7e0;

/** EFLAGS as FCOMI sets them by the order of the operands. */
function setCompareFlags({ state }: TestCpu, order: number): void {
  const unordered = Number.isNaN(order);
  const image =
    (unordered || order < 0 ? Eflags.cf : 0) | (unordered ? Eflags.pf : 0) | (unordered || order === 0 ? Eflags.zf : 0);
  state[Word.flagResult] = flagResultOf(image);
  state[Word.flagCarries] = flagCarriesOf(image);
}

function executeInstruction(cpu: TestCpu, code: Uint8Array): void {
  const size = code[0] === 0x66 ? 2 : 4;
  const [opcode, modrm] = size === 2 ? code.subarray(1) : code;
  if (modrm < 0xc0) executeWithMemory(cpu, ((opcode & 7) << 8) | (modrm & 0x38), size);
  else executeWithRegister(cpu, opcode, modrm);
}

function executeWithRegister(cpu: TestCpu, opcode: number, modrm: number): void {
  const operation = ((opcode & 7) << 8) | modrm;
  const index = modrm & 7;
  const eflags = flagsImage(cpu.state[Word.flagResult], cpu.state[Word.flagCarries]);
  const condition = conditionOf(opcode, modrm, eflags);
  const result = x87Register(cpu, hasIndex(operation) ? operation & ~7 : operation, index, condition, 0);
  if (operation === FNSTSW_AX) cpu.state[Word.eax] = (cpu.state[Word.eax] & 0xffff0000) | (result as number);
  else if (typeof result === 'number') setCompareFlags(cpu, result);
}

const controlOperations = new Set([0x120, 0x128, 0x130, 0x138, 0x520, 0x530, 0x538]);

function executeWithMemory(cpu: TestCpu, operation: number, size: number): void {
  if (controlOperations.has(operation)) x87Environment(cpu, operation, OPERAND_ADDRESS, size);
  else x87Memory(cpu, operation, OPERAND_ADDRESS, OPERAND_ADDRESS, Segment.ds, operation, 0);
}

/** Executes a record's instruction; the result has the same layout. */
export function executeRecord(record: Uint8Array): Uint8Array {
  const cpu = new TestCpu();
  const { state, memory } = cpu;
  const before = new DataView(record.buffer, record.byteOffset, RECORD_BYTES);
  memory.bytes.set(record.subarray(Field.image, IMAGE_BYTES), IMAGE_ADDRESS);
  memory.bytes.set(record.subarray(Field.memory, Field.memory + OPERAND_BYTES), OPERAND_ADDRESS);
  const eflags = before.getInt32(Field.eflags, true);
  state[Word.eax] = before.getInt32(Field.eax, true);
  state[Word.flagResult] = flagResultOf(eflags);
  state[Word.flagCarries] = flagCarriesOf(eflags);
  x87Environment(cpu, 0x520, IMAGE_ADDRESS, 4);
  executeInstruction(cpu, record.subarray(Field.code, Field.code + record[Field.codeLength]));
  x87Environment(cpu, 0x530, IMAGE_ADDRESS, 4);

  const result = new Uint8Array(record);
  result.set(memory.bytes.subarray(IMAGE_ADDRESS, IMAGE_ADDRESS + IMAGE_BYTES), Field.image);
  result.set(memory.bytes.subarray(OPERAND_ADDRESS, OPERAND_ADDRESS + OPERAND_BYTES), Field.memory);
  const after = new DataView(result.buffer);
  after.setInt32(Field.eax, state[Word.eax], true);
  const flags = flagsImage(state[Word.flagResult], state[Word.flagCarries]);
  after.setInt32(Field.eflags, (eflags & ~Eflags.arithmetic) | flags, true);
  return result;
}

/** The fields of a record that are compared: not the pointers, which depend on where the harness was loaded. */
export interface Outcome {
  control: number;
  status: number;
  tags: number;
  /** ST(0) to ST(7). */
  registers: bigint[];
  memory: string;
  eax: number;
  eflags: number;
}

export function readBits(bytes: Uint8Array, offset: number, length: number): bigint {
  let bits = 0n;
  for (let i = length - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(bytes[offset + i]);
  return bits;
}

export function outcomeOf(record: Uint8Array): Outcome {
  const view = new DataView(record.buffer, record.byteOffset, RECORD_BYTES);
  return {
    control: view.getUint16(Field.image, true),
    status: view.getUint16(Field.image + 4, true),
    tags: view.getUint16(Field.image + 8, true),
    registers: Array.from({ length: 8 }, (_register, i) => readBits(record, Field.registers + 10 * i, 10)),
    memory: Buffer.from(record.subarray(Field.memory, Field.memory + OPERAND_BYTES))
      .toString('hex')
      .replace(/0+$/, ''),
    eax: view.getUint32(Field.eax, true),
    eflags: view.getUint32(Field.eflags, true) & Eflags.arithmetic,
  };
}

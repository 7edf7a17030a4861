/**
 * FLDENV, FSTENV, FRSTOR, FSAVE and the control and status words (Intel SDM vol. 1, 8.1.10, figures 8-9 to 8-12).
 * Four layouts: 16 or 32 bits an item, and pointers as selector and offset or, in real-address and virtual-8086 mode,
 * as linear addresses.
 */
import { Cr0 } from '../../../translator/abi/control-registers.ts';
import { Eflags, Word } from '../../../translator/abi/state.ts';
import type { LinearAccess } from '../../memory/access.ts';
import { Exception } from './context.ts';
import { packBits, unpackExtended } from './formats.ts';
import { type Fpu, Tag } from './fpu.ts';
import { loadBits, storeBits } from './image.ts';

/** Executes with the operand at a linear address; its items have `size` bytes, 2 or 4. */
export type EnvironmentAction = (fpu: Fpu, linear: number, size: number) => void;

const ITEMS = 7;
const REGISTER_BYTES = 10;
const REGISTERS = 8;

/** The full tag word, made from the registers' contents. */
export function tagWord(fpu: Fpu): number {
  let tags = 0;
  for (let register = 0; register < REGISTERS; register++) tags |= fpu.tagOf(register) << (2 * register);
  return tags;
}

/** Sets the tag word from an image: only which registers are empty is taken from it. */
export function setTagWord(fpu: Fpu, image: number): void {
  let tags = 0;
  for (let shift = 0; shift < 16; shift += 2) if (((image >> shift) & 3) === Tag.empty) tags |= Tag.empty << shift;
  fpu.state[Word.fpuTag] = tags;
}

/** Pointers are linear addresses: CR0.PE = 0 or EFLAGS.VM = 1. */
const hasLinearPointers = (fpu: Fpu): boolean =>
  (fpu.state[Word.cr0] & Cr0.pe) === 0 || (fpu.state[Word.eflags] & Eflags.vm) !== 0;

/** An instruction or data pointer in the image. */
interface Pointer {
  readonly offset: number;
  /** Or bits 16 and up of a linear address, in bits 12 and up. */
  readonly selector: number;
}

function pointer(fpu: Fpu, word: number): Pointer {
  const [offset, selector] = [fpu.state[word], fpu.state[word + 1]];
  if (!hasLinearPointers(fpu)) return { offset, selector };
  const linear = offset + (selector << 4);
  return { offset: linear & 0xffff, selector: (linear >>> 16) << 12 };
}

function setPointer(fpu: Fpu, word: number, { offset, selector }: Pointer): void {
  const linear = hasLinearPointers(fpu);
  fpu.state[word] = linear ? (offset & 0xffff) | ((selector >>> 12) << 16) : offset;
  fpu.state[word + 1] = linear ? 0 : selector & 0xffff;
}

/** The seven items. Bits that have no meaning read as 1, beside a pointer's as 0. */
function environmentItems(fpu: Fpu, size: number): number[] {
  const instruction = pointer(fpu, Word.fpuInstructionPointer);
  const data = pointer(fpu, Word.fpuDataPointer);
  const linear = hasLinearPointers(fpu);
  const opcode = fpu.state[Word.fpuOpcode] << (linear ? 0 : 16);
  const opcodeFits = linear || size === 4;
  const ones = 0xffff0000;
  return [
    fpu.control | ones,
    fpu.status | ones,
    tagWord(fpu) | ones,
    instruction.offset | (linear ? ones : 0),
    instruction.selector | (opcodeFits ? opcode : 0),
    data.offset | (linear ? ones : 0),
    data.selector | (linear ? 0 : ones),
  ];
}

function storeItems(memory: LinearAccess, linear: number, size: number, items: readonly number[]): void {
  items.forEach((item, i) => {
    const address = (linear + i * size) | 0;
    if (size === 4) memory.current.store32(address, item | 0);
    else memory.current.store16(address, item & 0xffff);
  });
}

function loadItems(memory: LinearAccess, linear: number, size: number): number[] {
  const items: number[] = [];
  for (let i = 0; i < ITEMS; i++) {
    const address = (linear + i * size) | 0;
    items.push(size === 4 ? memory.current.load32(address) : memory.current.load16(address));
  }
  return items;
}

function setEnvironment(fpu: Fpu, items: readonly number[], size: number): void {
  const [control, status, tags, instructionOffset, instructionSelector, dataOffset, dataSelector] = items;
  fpu.control = control;
  fpu.status = status;
  setTagWord(fpu, tags);
  const linear = hasLinearPointers(fpu);
  const opcodeShift = linear ? 0 : 16;
  fpu.state[Word.fpuOpcode] = linear || size === 4 ? (instructionSelector >> opcodeShift) & 0x7ff : 0;
  setPointer(fpu, Word.fpuInstructionPointer, { offset: instructionOffset, selector: instructionSelector });
  setPointer(fpu, Word.fpuDataPointer, { offset: dataOffset, selector: dataSelector });
}

const loadEnvironment: EnvironmentAction = (fpu, linear, size) =>
  setEnvironment(fpu, loadItems(fpu.cpu.memory, linear, size), size);

/** Masks all exceptions afterwards. */
const storeEnvironment: EnvironmentAction = (fpu, linear, size) => {
  const { memory } = fpu.cpu;
  memory.current.probeWrite(linear, ITEMS * size);
  storeItems(memory, linear, size, environmentItems(fpu, size));
  fpu.control |= Exception.all;
};

/** Address of ST(i) in the image of FSAVE. */
const registerAddress = (linear: number, size: number, index: number): number =>
  (linear + ITEMS * size + index * REGISTER_BYTES) | 0;

/** Initializes the FPU afterwards. */
const save: EnvironmentAction = (fpu, linear, size) => {
  const { memory } = fpu.cpu;
  memory.current.probeWrite(linear, ITEMS * size + REGISTERS * REGISTER_BYTES);
  storeItems(memory, linear, size, environmentItems(fpu, size));
  for (let i = 0; i < REGISTERS; i++) {
    const register = (fpu.top + i) & 7;
    storeBits(memory, registerAddress(linear, size, i), REGISTER_BYTES, packBits(fpu.readPhysical(register)));
  }
  fpu.initialize();
};

const restore: EnvironmentAction = (fpu, linear, size) => {
  const { memory } = fpu.cpu;
  const items = loadItems(memory, linear, size);
  const images = Array.from({ length: REGISTERS }, (_image, i) =>
    loadBits(memory, registerAddress(linear, size, i), REGISTER_BYTES),
  );
  setEnvironment(fpu, items, size);
  images.forEach((image, i) => {
    fpu.writePhysical((fpu.top + i) & 7, unpackExtended(image));
  });
};

const loadControl: EnvironmentAction = (fpu, linear) => {
  fpu.control = fpu.cpu.memory.current.load16(linear);
};
const storeControl: EnvironmentAction = (fpu, linear) => fpu.cpu.memory.current.store16(linear, fpu.control);
const storeStatus: EnvironmentAction = (fpu, linear) => fpu.cpu.memory.current.store16(linear, fpu.status);

/** By 11-bit opcode. */
export const environmentActions: ReadonlyMap<number, EnvironmentAction> = new Map([
  [0x120, loadEnvironment],
  [0x128, loadControl],
  [0x130, storeEnvironment],
  [0x138, storeControl],
  [0x520, restore],
  [0x530, save],
  [0x538, storeStatus],
]);

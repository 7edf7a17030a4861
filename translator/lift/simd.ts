/** Registers and operands of MMX and SSE instructions (Intel SDM vol. 1, 9.2, 10.2; vol. 2, 2.4 and table 2-20). */
import { Cr0 } from '../abi/control-registers.ts';
import { Vector } from '../abi/faults.ts';
import { SseMode } from '../abi/sse.ts';
import { Double, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { checkAlignment } from './alignment.ts';
import type { LiftBuilder, Operand } from './lifter.ts';

/** Fields that name registers. */
export type RegisterField = 'rm' | 'reg';

/** MMX or XMM registers, as words. */
export interface RegisterFile {
  readonly words: 2 | 4;
  readonly bytes: 8 | 16;
  /** A memory operand must lie at a multiple of its size. */
  readonly isAligned: boolean;
  /** Index of a register's word. */
  word(b: LiftBuilder, field: RegisterField, n: number): Value;
  /** Raises what keeps an instruction that uses the registers from being executed. */
  require(b: LiftBuilder): void;
  /** Makes the transition to them that may be due; when nothing can fault any more. */
  enter(b: LiftBuilder, ...fields: RegisterField[]): void;
  /** Marks a change of a register beside its words. */
  changed(b: LiftBuilder, field: RegisterField): void;
}

const hasBits = (b: LiftBuilder, word: number, bits: number): Operand => b.notEqual(b.and(b.get(word), bits), 0);

export function requireSse(b: LiftBuilder): void {
  b.fallback(hasBits(b, Word.sseMode, SseMode.blocked), 'sseUnavailable');
}

/** Error summary of the status word is bit 7, CR0.NE bit 5. */
const ERROR_SUMMARY_TO_NE = 2;

function requireMmx(b: LiftBuilder): void {
  b.faultIf(hasBits(b, Word.cr0, Cr0.em), Vector.invalidOpcode);
  b.faultIf(hasBits(b, Word.cr0, Cr0.ts), Vector.deviceNotAvailable);
  const pending = b.and(b.and(b.shr(b.get(Word.fpuStatus), ERROR_SUMMARY_TO_NE), b.get(Word.cr0)), Cr0.ne);
  b.faultIf(b.notEqual(pending, 0), Vector.x87Error);
}

/** MMX registers share those of x87, which must be in a certain form. */
function enterMmx(b: LiftBuilder, ...fields: RegisterField[]): void {
  let isDue: Operand = b.notEqual(b.or(b.get(Word.fpuTop), b.get(Word.fpuTag)), 0);
  for (const field of fields) {
    const high = b.real.get(b.add(b.field(field), Double.fpuHigh));
    isDue = b.or(isDue, b.real.equal(high, high));
  }
  b.fallback(isDue, 'enterMmx', b.field('eip'));
}

export const xmm: RegisterFile = {
  words: 4,
  bytes: 16,
  isAligned: true,
  word: (b, field, n) => b.add(b.shl(b.field(field), 2), Word.xmm + n),
  require: requireSse,
  enter: () => {},
  changed: () => {},
};

/** The upper bits of an x87 register become ones. */
const UPPER_ONES = 0xffff;
const UPPER = 2;

export const mmx: RegisterFile = {
  words: 2,
  bytes: 8,
  isAligned: false,
  word: (b, field, n) => b.add(b.shl(b.field(field), 2), Word.fpuRegister + n),
  require: requireMmx,
  enter: enterMmx,
  changed: (b, field) => b.set(mmx.word(b, field, UPPER), UPPER_ONES),
};

/** Index of a double of an XMM register. */
export function xmmDouble(b: LiftBuilder, field: RegisterField, n: number): Value {
  return b.add(b.shl(b.field(field), 1), Word.xmm / 2 + n);
}

/** Linear address of the memory operand; #GP(0) if it must be aligned and is not, #AC by quadwords if that is checked. */
export function vectorAddress(b: LiftBuilder, bytes: number, access: 'read' | 'write', isAligned: boolean): Value {
  const linear = b.operandAddress(bytes, access);
  if (isAligned) b.faultIf(b.notEqual(b.and(linear, bytes - 1), 0), Vector.generalProtection);
  else checkAlignment(b, linear, bytes);
  return linear;
}

export function readRegister(b: LiftBuilder, file: RegisterFile, field: RegisterField): Value[] {
  return Array.from({ length: file.words }, (_, n) => b.get(file.word(b, field, n)));
}

export function writeRegister(
  b: LiftBuilder,
  file: RegisterFile,
  field: RegisterField,
  words: readonly Operand[],
): void {
  for (const [n, value] of words.entries()) b.set(file.word(b, field, n), value);
  file.changed(b, field);
}

/** Words of memory. */
export function loadWords(b: LiftBuilder, file: RegisterFile, isAligned = file.isAligned): Value[] {
  const linear = vectorAddress(b, file.bytes, 'read', isAligned);
  const window = b.window(file.bytes, linear, 'read', isAligned ? 'natural' : 'any');
  return Array.from({ length: file.words }, (_, n) => b.loadIn(window, 4 * n));
}

export function storeWords(b: LiftBuilder, file: RegisterFile, words: readonly Operand[], isAligned: boolean): void {
  const linear = vectorAddress(b, file.bytes, 'write', isAligned);
  const window = b.window(file.bytes, linear, 'write', isAligned ? 'natural' : 'any');
  file.enter(b, 'reg');
  for (const [n, value] of words.entries()) b.storeIn(window, 4 * n, value);
}

/** The source, a register named by `rm` or memory, of an instruction with a destination in `reg`. */
export function readSource(b: LiftBuilder, file: RegisterFile, isAligned = file.isAligned): Value[] {
  file.require(b);
  const isMemory = b.isMemory(1);
  const words = isMemory ? loadWords(b, file, isAligned) : readRegister(b, file, 'rm');
  if (isMemory) file.enter(b, 'reg');
  else file.enter(b, 'reg', 'rm');
  return words;
}

/** A double on its way: its value, and its words, for the bits of a NaN. */
export interface Moved {
  readonly value: Value;
  words(): Value[];
}

export function doubleOf(b: LiftBuilder, field: RegisterField, n: 0 | 1): Moved {
  return {
    value: b.real.get(xmmDouble(b, field, n)),
    words: () => [0, 1].map((half) => b.get(xmm.word(b, field, 2 * n + half))),
  };
}

export function doubleIn(b: LiftBuilder, window: Value, offset: number): Moved {
  return {
    value: b.real.load(window, offset),
    words: () => [0, 4].map((half) => b.loadIn(window, offset + half)),
  };
}

export const isNan = (b: LiftBuilder, x: Value): Value => b.xor(b.real.equal(x, x), 1);

/** Puts a double into a half of a register. A NaN's words are moved instead: it may come from there itself. */
export function setDouble(b: LiftBuilder, field: RegisterField, n: 0 | 1, { value, words }: Moved): void {
  b.when(isNan(b, value), () => {
    for (const [half, word] of words().entries()) b.set(xmm.word(b, field, 2 * n + half), word);
  });
  b.when(b.real.equal(value, value), () => b.real.set(xmmDouble(b, field, n), value));
}

export function storeDouble(b: LiftBuilder, window: Value, offset: number, { value, words }: Moved): void {
  b.real.store(window, value, offset);
  b.when(isNan(b, value), () => {
    for (const [half, word] of words().entries()) b.storeIn(window, offset + 4 * half, word);
  });
}

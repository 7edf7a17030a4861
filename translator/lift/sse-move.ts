/** Moves of MMX and SSE. Integers move as words; reals as doubles, so that they are at hand for arithmetic. */
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { checkNaturalAlignment } from './alignment.ts';
import type { Lift, LiftBuilder } from './lifter.ts';
import { packed } from './packed.ts';
import {
  doubleIn,
  doubleOf,
  loadWords,
  mmx,
  type RegisterField,
  type RegisterFile,
  readRegister,
  readSource,
  requireSse,
  setDouble,
  storeDouble,
  storeWords,
  vectorAddress,
  writeRegister,
  xmm,
  xmmDouble,
} from './simd.ts';

// Whole registers.

/** To a register, from a register or memory. */
export const loadInteger =
  (file: RegisterFile, isAligned: boolean): Lift =>
  (b) => {
    writeRegister(b, file, 'reg', readSource(b, file, isAligned));
  };

/** From a register, to a register or memory. */
export const storeInteger =
  (file: RegisterFile, isAligned: boolean): Lift =>
  (b) => {
    file.require(b);
    const words = readRegister(b, file, 'reg');
    if (b.isMemory(0)) return storeWords(b, file, words, isAligned);
    file.enter(b, 'reg', 'rm');
    writeRegister(b, file, 'rm', words);
  };

/** 8 or 16 bytes of memory; those that must not be aligned may be anywhere. */
function windowAt(b: LiftBuilder, bytes: 8 | 16, access: 'read' | 'write', isAligned: boolean): Value {
  const linear = vectorAddress(b, bytes, access, isAligned);
  return b.window(bytes, linear, access, isAligned ? 'natural' : 'any');
}

const halves = [0, 1] as const;

/** MOVAPS, MOVAPD, MOVUPS, MOVUPD. */
export const loadReal =
  (isAligned: boolean): Lift =>
  (b) => {
    requireSse(b);
    const window = b.isMemory(1) ? windowAt(b, 16, 'read', isAligned) : undefined;
    const values = halves.map((n) => (window ? doubleIn(b, window, 8 * n) : doubleOf(b, 'rm', n)));
    for (const n of halves) setDouble(b, 'reg', n, values[n]);
  };

export const storeReal =
  (isAligned: boolean): Lift =>
  (b) => {
    requireSse(b);
    const window = b.isMemory(0) ? windowAt(b, 16, 'write', isAligned) : undefined;
    const values = halves.map((n) => doubleOf(b, 'reg', n));
    for (const n of halves) {
      if (window) storeDouble(b, window, 8 * n, values[n]);
      else setDouble(b, 'rm', n, values[n]);
    }
  };

// Parts of XMM registers.

/** MOVSD to a register: from memory the upper half becomes 0. */
export const movsdLoad: Lift = (b) => {
  requireSse(b);
  if (!b.isMemory(1)) return setDouble(b, 'reg', 0, doubleOf(b, 'rm', 0));
  setDouble(b, 'reg', 0, doubleIn(b, windowAt(b, 8, 'read', false), 0));
  b.real.set(xmmDouble(b, 'reg', 1), 0);
};

/** Stores one half of the register in `reg`, or moves the low one to another register. */
const storeHalf =
  (half: 0 | 1): Lift =>
  (b) => {
    requireSse(b);
    if (b.isMemory(0)) storeDouble(b, windowAt(b, 8, 'write', false), 0, doubleOf(b, 'reg', half));
    else setDouble(b, 'rm', 0, doubleOf(b, 'reg', half));
  };
export const movsdStore: Lift = storeHalf(0);
export const movhpsStore: Lift = storeHalf(1);

/** MOVSS: like MOVSD, with words. */
export const movssLoad: Lift = (b) => {
  requireSse(b);
  if (b.isMemory(1)) writeRegister(b, xmm, 'reg', [b.load(4, b.operandAddress(4, 'read')), 0, 0, 0]);
  else writeRegister(b, xmm, 'reg', [b.get(xmm.word(b, 'rm', 0))]);
};
export const movssStore: Lift = (b) => {
  requireSse(b);
  const value = b.get(xmm.word(b, 'reg', 0));
  if (b.isMemory(0)) b.store(4, b.operandAddress(4, 'write'), value);
  else writeRegister(b, xmm, 'rm', [value]);
};

/** Loads 8 bytes into one half; from a register (MOVHLPS, MOVLHPS) comes the other half. */
const loadHalf =
  (half: 0 | 1): Lift =>
  (b) => {
    requireSse(b);
    const isMemory = b.isMemory(1);
    const other = half === 0 ? 1 : 0;
    const value = isMemory ? doubleIn(b, windowAt(b, 8, 'read', false), 0) : doubleOf(b, 'rm', other);
    setDouble(b, 'reg', half, value);
  };
export const movlpsLoad: Lift = loadHalf(0);
export const movhpsLoad: Lift = loadHalf(1);

/** MOVDDUP: the low double to both halves. */
export const movddup: Lift = (b) => {
  requireSse(b);
  const value = b.isMemory(1) ? doubleIn(b, windowAt(b, 8, 'read', false), 0) : doubleOf(b, 'rm', 0);
  for (const n of [1, 0] as const) setDouble(b, 'reg', n, value);
};

/** MOVSLDUP and MOVSHDUP: the even or the odd words, each twice. */
const duplicate = (first: 0 | 1): Lift => packed(xmm, (_b, _x, y) => [y[first], y[first], y[first + 2], y[first + 2]]);
export const movsldup: Lift = duplicate(0);
export const movshdup: Lift = duplicate(1);

// Words and quadwords.

/** MOVD to a register, the rest of which becomes 0. */
export const movdLoad =
  (file: RegisterFile): Lift =>
  (b) => {
    file.require(b);
    const value = b.let(b.read(1));
    file.enter(b, 'reg');
    writeRegister(b, file, 'reg', file.words === 4 ? [value, 0, 0, 0] : [value, 0]);
  };
/** Faults where the operand cannot be written: MMX registers are entered after that. */
function probeDoubleword(b: LiftBuilder): void {
  const linear = b.let(b.operandAddress(4, 'write'));
  checkNaturalAlignment(b, linear, 4);
  b.probeWrite(4, linear);
}

export const movdStore =
  (file: RegisterFile): Lift =>
  (b) => {
    file.require(b);
    if (b.isMemory(0)) probeDoubleword(b);
    file.enter(b, 'reg');
    b.write(0, b.get(file.word(b, 'reg', 0)));
  };

const lowWords = (b: LiftBuilder, file: RegisterFile, field: RegisterField): Value[] =>
  [0, 1].map((n) => b.get(file.word(b, field, n)));

/** MOVQ between XMM registers and memory: the upper half of a register becomes 0. */
export const movqLoad: Lift = (b) => {
  requireSse(b);
  const words = b.isMemory(1) ? loadWords(b, mmx) : lowWords(b, xmm, 'rm');
  writeRegister(b, xmm, 'reg', [...words, 0, 0]);
};
export const movqStore: Lift = (b) => {
  requireSse(b);
  const words = lowWords(b, xmm, 'reg');
  if (!b.isMemory(0)) return writeRegister(b, xmm, 'rm', [...words, 0, 0]);
  const window = windowAt(b, 8, 'write', false);
  for (const [n, value] of words.entries()) b.storeIn(window, 4 * n, value);
};

/** MOVQ2DQ and MOVDQ2Q. */
export const movq2dq: Lift = (b) => {
  requireSse(b);
  mmx.require(b);
  mmx.enter(b, 'rm');
  writeRegister(b, xmm, 'reg', [...lowWords(b, mmx, 'rm'), 0, 0]);
};
export const movdq2q: Lift = (b) => {
  requireSse(b);
  mmx.require(b);
  mmx.enter(b, 'reg');
  writeRegister(b, mmx, 'reg', lowWords(b, xmm, 'rm'));
};

export const movnti: Lift = (b) => b.write(0, b.read(1));

const ALL_EMPTY = 0xffff;
export const emms: Lift = (b) => {
  mmx.require(b);
  b.set(Word.fpuTag, ALL_EMPTY);
  b.set(Word.fpuTop, 0);
};

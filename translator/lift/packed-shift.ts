/** Shifts of packed integers (Intel SDM vol. 1, 9.4.5 and 11.4.2). A count that is too large gives zeros, or signs. */
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { type RegisterFile, readRegister, readSource, writeRegister } from './simd.ts';

/** Shifts words by a count below the lanes' width. */
type Shift = (b: LiftBuilder, words: readonly Value[], count: Value) => Operand[];

interface ShiftKind {
  readonly bits: number;
  readonly isArithmetic: boolean;
  readonly shift: Shift;
}

/** A mask for both halves of a word. */
const both = (b: LiftBuilder, mask: Value): Value => b.or(mask, b.shl(mask, 16));
const each =
  (shift: (b: LiftBuilder, word: Value, count: Value) => Value): Shift =>
  (b, words, count) =>
    words.map((word) => shift(b, word, count));
const pairs =
  (shift: (b: LiftBuilder, low: Value, high: Value, count: Value) => Operand[]): Shift =>
  (b, words, count) =>
    words.flatMap((word, n) => (n & 1 ? [] : shift(b, word, words[n + 1], count)));

/** The bits that a shift of less than 32 brings from the neighbouring word: none if the count is 0. */
const fromAbove = (b: LiftBuilder, high: Value, count: Value): Value => b.shl(b.shl(high, 1), b.sub(31, count));
const fromBelow = (b: LiftBuilder, low: Value, count: Value): Value => b.shr(b.shr(low, 1), b.sub(31, count));
const isWide = (b: LiftBuilder, count: Value): Value => b.lessOrEqualUnsigned(32, count);

const logical = (bits: number, shift: Shift): ShiftKind => ({ bits, isArithmetic: false, shift });
const arithmetic = (bits: number, shift: Shift): ShiftKind => ({ bits, isArithmetic: true, shift });

export const kinds = {
  PSLLW: logical(
    16,
    each((b, x, n) => b.and(b.shl(x, n), both(b, b.let(b.and(b.shl(0xffff, n), 0xffff))))),
  ),
  PSRLW: logical(
    16,
    each((b, x, n) => b.and(b.shr(x, n), both(b, b.let(b.shr(0xffff, n))))),
  ),
  PSRAW: arithmetic(
    16,
    each((b, x, n) => b.or(b.and(b.sar(b.sar(b.shl(x, 16), 16), n), 0xffff), b.and(b.sar(x, n), -0x10000))),
  ),
  PSLLD: logical(
    32,
    each((b, x, n) => b.shl(x, n)),
  ),
  PSRLD: logical(
    32,
    each((b, x, n) => b.shr(x, n)),
  ),
  PSRAD: arithmetic(
    32,
    each((b, x, n) => b.sar(x, n)),
  ),
  PSLLQ: logical(
    64,
    pairs((b, low, high, n) => [
      b.select(isWide(b, n), 0, b.shl(low, n)),
      b.select(isWide(b, n), b.shl(low, n), b.or(b.shl(high, n), fromBelow(b, low, n))),
    ]),
  ),
  PSRLQ: logical(
    64,
    pairs((b, low, high, n) => [
      b.select(isWide(b, n), b.shr(high, n), b.or(b.shr(low, n), fromAbove(b, high, n))),
      b.select(isWide(b, n), 0, b.shr(high, n)),
    ]),
  ),
} as const satisfies Record<string, ShiftKind>;

function shiftRegister(
  b: LiftBuilder,
  file: RegisterFile,
  field: 'rm' | 'reg',
  kind: ShiftKind,
  count: Value,
  isBeyond: Operand,
): void {
  const words = readRegister(b, file, field);
  const { bits, isArithmetic, shift } = kind;
  const n = b.let(isArithmetic ? b.select(isBeyond, bits - 1, count) : count);
  const shifted = shift(b, words, n);
  const results = shifted.map((word) => b.let(isArithmetic ? word : b.select(isBeyond, 0, word)));
  writeRegister(b, file, field, results);
}

/** By the 64 bits of a register or memory. */
export function byOperand(file: RegisterFile, kind: ShiftKind): Lift {
  return (b) => {
    const [low, high] = readSource(b, file);
    const isBeyond = b.let(b.or(b.notEqual(high, 0), b.lessOrEqualUnsigned(kind.bits, low)));
    shiftRegister(b, file, 'reg', kind, low, isBeyond);
  };
}

/** By an immediate byte; the register is in rm. */
export function byImmediate(file: RegisterFile, kind: ShiftKind): Lift {
  return (b) => {
    file.require(b);
    file.enter(b, 'rm');
    const count = b.let(b.and(b.field('immediate'), 0xff));
    shiftRegister(b, file, 'rm', kind, count, b.let(b.lessOrEqualUnsigned(kind.bits, count)));
  };
}

/** One of the words `index` below or above; 0 beyond either end. */
function at(b: LiftBuilder, words: readonly Value[], n: number, distance: Value, direction: 1 | -1): Operand {
  let result: Operand = 0;
  for (let index = 0; index < words.length; index++) {
    const away = (index - n) * direction;
    if (away >= 0) result = b.select(b.equal(distance, away), words[index], result);
  }
  return result;
}

/** The lowest `results` words of some that are moved by the immediate's bytes: upwards (direction -1) or downwards. */
function moveBytes(b: LiftBuilder, words: readonly Value[], results: number, direction: 1 | -1): Value[] {
  const count = b.let(b.and(b.field('immediate'), 0xff));
  const [near, far] = [b.let(b.shr(count, 2)), b.let(b.add(b.shr(count, 2), 1))];
  const bits = b.let(b.shl(b.and(count, 3), 3));
  return words.slice(0, results).map((_, n) => {
    const inner = b.let(at(b, words, n, near, direction));
    const outer = b.let(at(b, words, n, far, direction));
    if (direction < 0) return b.let(b.or(b.shl(inner, bits), fromBelow(b, outer, bits)));
    return b.let(b.or(b.shr(inner, bits), fromAbove(b, outer, bits)));
  });
}

/** PSLLDQ (direction -1: words come from below) and PSRLDQ. */
function byBytes(file: RegisterFile, direction: 1 | -1): Lift {
  return (b) => {
    file.require(b);
    file.enter(b, 'rm');
    writeRegister(b, file, 'rm', moveBytes(b, readRegister(b, file, 'rm'), file.words, direction));
  };
}

export const pslldq = (file: RegisterFile): Lift => byBytes(file, -1);
export const psrldq = (file: RegisterFile): Lift => byBytes(file, 1);

/** PALIGNR: of the destination above the source, as many bytes as a register has. */
export const palignr =
  (file: RegisterFile): Lift =>
  (b) => {
    const source = readSource(b, file);
    const words = [...source, ...readRegister(b, file, 'reg')];
    writeRegister(b, file, 'reg', moveBytes(b, words, file.words, 1));
  };

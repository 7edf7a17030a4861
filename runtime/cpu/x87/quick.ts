/**
 * Instructions by sums of two doubles, where these leave no doubt about the result's bits and on which side of it the exact value is; everywhere else the
 * exact ones (transcendental.ts, scale.ts) do it, which takes several times as long. So the results are the same. Here are the transcendental ones, FSCALE
 * and FRNDINT, and what all share; arithmetic is in quick-arithmetic.ts.
 */
import type { RegisterAction } from './actions.ts';
import { Exception, Rounding } from './context.ts';
import type { Fpu } from './fpu.ts';
import { Status } from './status.ts';
import {
  angleOf,
  logarithm,
  logarithmOfOnePlus,
  powerOfTwoMinusOne,
  quarterTurns,
  reduce,
  turn,
  turned,
} from './sum-functions.ts';
import {
  isMiddling,
  LARGEST_WHOLE,
  roundedLow,
  roundTo64Bits,
  roundToWhole,
  wasInexact,
  wasUp,
} from './sum-rounding.ts';
import { sumTables } from './sum-tables.ts';
import { add, divide, multiply, rest } from './sums.ts';

/** Executes an instruction and tells so, or changes nothing. */
export type Quick = (fpu: Fpu, index: number) => boolean;

/** There is an operand, and nobody is to hear of inexact results. */
export const isUsual = (fpu: Fpu): boolean => (fpu.control & Exception.precision) !== 0 && !fpu.isEmpty(0);

/** The instruction by `quick` where that can, there is an operand and nobody is to hear of inexact results; else exactly. */
export const quickly =
  (quick: Quick, exactly: RegisterAction): RegisterAction =>
  (fpu, index, condition) => {
    if (!isUsual(fpu) || !quick(fpu, index)) exactly(fpu, index, condition);
  };

/** The instruction by `quick`, which always rounds to nearest, where the control word asks for that, too; else exactly. */
export const quicklyToNearest = (quick: Quick, exactly: RegisterAction): RegisterAction =>
  quickly((fpu, index) => fpu.rounding === Rounding.nearest && quick(fpu, index), exactly);

/** Results that are not exact are off by less than this, in units of 2^floor(log2 |high|). */
export const MARGIN = 2 ** -86;

/** Conditions that stay. Of functions that reduce their operand not C2: it was not out of range. */
const KEPT = Status.c0 | Status.c2 | Status.c3;
const KEPT_BY_TURNS = Status.c0 | Status.c3;

export const quickF2xm1: Quick = (fpu) => {
  const high = fpu.high(0);
  if (!isMiddling(high) || Math.abs(high) >= 1) return false;
  const power = powerOfTwoMinusOne(high, fpu.low(0));
  if (!roundTo64Bits(power, rest[0]!, MARGIN)) return false;
  fpu.writeSum(0, power, roundedLow);
  fpu.setInexact(KEPT, wasUp);
  return true;
};

/** ST(1) x `of`(ST(0)) to ST(1), popping ST(0). */
const timesLogarithm =
  (isCovered: (x: number) => boolean, of: (high: number, low: number) => number): Quick =>
  (fpu) => {
    if (fpu.isEmpty(1)) return false;
    const [x, y] = [fpu.high(0), fpu.high(1)];
    if (!isMiddling(x) || !isMiddling(y) || !isCovered(x)) return false;
    const factor = of(x, fpu.low(0));
    const factorLow = rest[0]!;
    if (!isMiddling(factor)) return false;
    const product = multiply(factor, factorLow, y, fpu.low(1));
    // The logarithm of a power of two is exact, and so is its product with 64 bits.
    const isExact = factorLow === 0 && Number.isInteger(factor);
    return roundNext(fpu, product, rest[0]!, isExact ? 0 : MARGIN);
  };

/** How the last result was rounded. */
export function noteRounding(fpu: Fpu): void {
  if (wasInexact) fpu.setInexact(KEPT, wasUp);
  else fpu.setC1(false);
}

/** Rounds a result for ST(1), and pops ST(0). */
function roundNext(fpu: Fpu, high: number, low: number, margin = MARGIN): boolean {
  if (!roundTo64Bits(high, low, margin)) return false;
  fpu.writeSum(1, high, roundedLow);
  fpu.pop();
  fpu.setInexact(KEPT, wasUp);
  return true;
}

export const quickFyl2x = timesLogarithm((x) => x > 0, logarithm);
export const quickFyl2xp1 = timesLogarithm((x) => x > -0.29 && x < 0.41, logarithmOfOnePlus);

/** Angles below this are reduced exactly, and what is left of them may not be smaller than the second. */
const [LARGEST_ANGLE, SMALLEST_REST] = [2 ** 16, 2 ** -30];

/** Has `turned` hold sine and cosine of ST(0), less whole half turns; the number of quarter turns by which they are off, or -1. */
function turnBy(fpu: Fpu): number {
  const angle = fpu.high(0);
  if (!isMiddling(angle) || Math.abs(angle) > LARGEST_ANGLE) return -1;
  if (Math.abs(angle) < 0.78) {
    turn(angle, fpu.low(0));
    return 0;
  }
  const left = reduce(angle, fpu.low(0));
  if (Math.abs(left) < SMALLEST_REST) return -1;
  turn(left, rest[0]!);
  return quarterTurns & 3;
}

/** Rounds the sine of what was turned by so many quarters more. The high part, or NaN. */
function roundSine(quarters: number): number {
  const at = (quarters & 1) * 2;
  const sign = quarters & 2 ? -1 : 1;
  const high = turned[at]! * sign;
  return roundTo64Bits(high, turned[at + 1]! * sign, MARGIN) ? high : Number.NaN;
}

const quickSine =
  (further: number): Quick =>
  (fpu) => {
    const quarters = turnBy(fpu);
    const sine = quarters < 0 ? Number.NaN : roundSine(quarters + further);
    if (Number.isNaN(sine)) return false;
    fpu.writeSum(0, sine, roundedLow);
    fpu.setInexact(KEPT_BY_TURNS, wasUp);
    return true;
  };
export const quickFsin = quickSine(0);
export const quickFcos = quickSine(1);

export const quickFsincos: Quick = (fpu) => {
  const quarters = fpu.isEmpty(-1) ? turnBy(fpu) : -1;
  const sine = quarters < 0 ? Number.NaN : roundSine(quarters);
  const sineLow = roundedLow;
  const cosine = Number.isNaN(sine) ? sine : roundSine(quarters + 1);
  if (Number.isNaN(cosine)) return false;
  fpu.writeSum(0, sine, sineLow);
  fpu.pushSum(cosine, roundedLow);
  fpu.setInexact(KEPT_BY_TURNS, wasUp);
  return true;
};

export const quickFptan: Quick = (fpu) => {
  const quarters = fpu.isEmpty(-1) ? turnBy(fpu) : -1;
  if (quarters < 0) return false;
  const isTurned = (quarters & 1) !== 0;
  const tangent = isTurned
    ? divide(-turned[2]!, -turned[3]!, turned[0]!, turned[1]!)
    : divide(turned[0]!, turned[1]!, turned[2]!, turned[3]!);
  if (!roundTo64Bits(tangent, rest[0]!, MARGIN)) return false;
  fpu.writeSum(0, tangent, roundedLow);
  fpu.pushSum(1, 0);
  fpu.setInexact(KEPT_BY_TURNS, wasUp);
  return true;
};

export const quickFpatan: Quick = (fpu) => {
  if (fpu.isEmpty(1)) return false;
  const [x, y] = [fpu.high(0), fpu.high(1)];
  if (!isMiddling(x) || !isMiddling(y)) return false;
  const [xSign, ySign] = [x < 0 ? -1 : 1, y < 0 ? -1 : 1];
  const [xLow, yLow] = [fpu.low(0) * xSign, fpu.low(1) * ySign];
  const angle = quadrantAngle(x * xSign, xLow, y * ySign, yLow, xSign);
  return roundNext(fpu, angle * ySign, rest[0]! * ySign);
};

/** The angle of (x, y), or that of (-x, y) where `xSign` is -1, for positive numbers. */
function quadrantAngle(x: number, xLow: number, y: number, yLow: number, xSign: number): number {
  const { pi } = sumTables();
  let angle = x >= y ? angleOf(x, xLow, y, yLow) : angleOf(y, yLow, x, xLow);
  if (x < y) angle = add(pi.high / 2, pi.low / 2, -angle, -rest[0]!);
  return xSign < 0 ? add(pi.high, pi.low, -angle, -rest[0]!) : angle;
}

/** Whole exponents up to this leave both parts of a sum normal. */
const LARGEST_SCALE = 500;

/** ST(0) x 2^(ST(1) without its fraction), exactly. */
export const quickFscale: Quick = (fpu) => {
  const [value, by] = [fpu.high(0), fpu.high(1)];
  if (fpu.isEmpty(1) || !isMiddling(value) || !(Math.abs(by) <= LARGEST_SCALE)) return false;
  const whole = add(by, fpu.low(1), 0, 0);
  // A low part on the other side of a whole number takes one away.
  const isLess = Number.isInteger(whole) && whole * rest[0]! < 0;
  const exponent = Math.trunc(whole) - (isLess ? Math.sign(whole) : 0);
  fpu.writeSum(0, value * 2 ** exponent, fpu.low(0) * 2 ** exponent);
  fpu.setC1(false);
  return true;
};

/** In the rounding mode of the control word. */
export const quickFrndint: Quick = (fpu) => {
  const high = fpu.high(0);
  if (!(Math.abs(high) < LARGEST_WHOLE) || high === 0) return false;
  fpu.writeSum(0, roundToWhole(high, fpu.low(0), fpu.rounding), 0);
  noteRounding(fpu);
  return true;
};

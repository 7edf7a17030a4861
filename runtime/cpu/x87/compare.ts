/** FCOM and its like, FTST, FXAM (Intel SDM vol. 1, 8.3.6; tables 8-6 to 8-8). */
import { type Context, Exception } from './context.ts';
import {
  type Extended,
  isDenormal,
  isInfinite,
  isNan,
  isSignaling,
  isUnsupported,
  isZero,
  MAXIMUM_EXPONENT,
} from './extended.ts';
import { noteDenormals } from './operands.ts';
import { Status } from './status.ts';

/** Results, as C3, C2 and C0 stand in the status word. */
export const Comparison = {
  greater: 0,
  less: Status.c0,
  equal: Status.c3,
  unordered: Status.c3 | Status.c2 | Status.c0,
} as const;

/** Compares two operands; a NaN makes them unordered. */
export type Compare = (context: Context, left: Extended, right: Extended) => number;

/** FCOM: every NaN is an invalid operand. */
export const compareOrdered: Compare = (context, left, right) => compare(context, left, right, isNan);
/** FUCOM: only signaling ones are. */
export const compareUnordered: Compare = (context, left, right) => compare(context, left, right, isSignaling);

function compare(context: Context, left: Extended, right: Extended, isInvalid: (x: Extended) => boolean): number {
  const operands = [left, right];
  if (operands.some((x) => isUnsupported(x) || isInvalid(x))) context.raise(Exception.invalid);
  if (operands.some((x) => isUnsupported(x) || isNan(x))) return Comparison.unordered;
  noteDenormals(context, left, right);
  return order(left, right);
}

function order(left: Extended, right: Extended): number {
  if (isZero(left) && isZero(right)) return Comparison.equal;
  if (left.sign !== right.sign) return left.sign ? Comparison.less : Comparison.greater;
  const difference = compareMagnitudes(left, right);
  if (difference === 0) return Comparison.equal;
  return difference < 0 === (left.sign === 0) ? Comparison.less : Comparison.greater;
}

/** Negative, 0 or positive. A pseudo-denormal equals the normal number with exponent 1. */
function compareMagnitudes(left: Extended, right: Extended): number {
  const exponents = Math.max(left.exponent, 1) - Math.max(right.exponent, 1);
  if (exponents !== 0) return exponents;
  if (left.significand === right.significand) return 0;
  return left.significand < right.significand ? -1 : 1;
}

/** C3, C2 and C0 of FXAM (table 8-8). */
export function classify(x: Extended): number {
  if (isUnsupported(x)) return 0;
  if (isZero(x)) return Status.c3;
  if (isDenormal(x)) return Status.c3 | Status.c2;
  if (x.exponent !== MAXIMUM_EXPONENT) return Status.c2;
  return isInfinite(x) ? Status.c2 | Status.c0 : Status.c0;
}
/** FXAM of an empty register. */
export const EMPTY_CLASS = Status.c3 | Status.c0;

/** FPREM and FPREM1 (Intel SDM vol. 2, FPREM; vol. 1, 8.3.7). */
import { type Context, Rounding } from './context.ts';
import { type Extended, isInfinite, isZero, magnitude, type Real, toReal } from './extended.ts';
import { invalid, noteDenormals, specialResult } from './operands.ts';
import { roundExtended } from './rounding.ts';
import { Status } from './status.ts';

export interface Remainder {
  readonly result: Extended;
  /** C0-C3: C2 if the reduction is not complete, else the quotient's three low bits. Undefined: no division. */
  readonly conditions?: number;
}

/** The remainder of a division that rounds the quotient by the mode: toward zero for FPREM, nearest for FPREM1. */
export function remainder(context: Context, dividend: Extended, divisor: Extended, rounding: number): Remainder {
  const special = specialResult(context, dividend, divisor);
  if (special) return { result: special };
  if (isInfinite(dividend) || isZero(divisor)) return { result: invalid(context) };
  noteDenormals(context, dividend, divisor);
  if (isInfinite(divisor)) return { result: roundExtended(context, toReal(dividend)), conditions: 0 };
  return reduce(context, toReal(dividend), toReal(divisor), rounding);
}

function reduce(context: Context, dividend: Real, divisor: Real, rounding: number): Remainder {
  const difference = magnitude(dividend) - magnitude(divisor);
  if (difference < 64) {
    const { quotient, rest } = divideWithRest(dividend, divisor, rounding);
    return { result: roundExtended(context, rest), conditions: quotientBits(quotient) };
  }
  // A reduction by 32 to 63 bits; the manual leaves the number open.
  const shift = difference - (32 + (difference & 31));
  const { rest } = divideWithRest(dividend, { ...divisor, exponent: divisor.exponent + shift }, Rounding.towardZero);
  return { result: roundExtended(context, rest), conditions: Status.c2 };
}

/** dividend = quotient x divisor + rest, exactly; a rest of 0 has the dividend's sign. */
export function divideWithRest(dividend: Real, divisor: Real, rounding: number): { quotient: bigint; rest: Real } {
  const exponent = Math.min(dividend.exponent, divisor.exponent);
  const numerator = dividend.significand << BigInt(dividend.exponent - exponent);
  const denominator = divisor.significand << BigInt(divisor.exponent - exponent);
  const truncated = numerator / denominator;
  const rest = numerator % denominator;
  const up = rounding === Rounding.nearest && roundsToNext(truncated, 2n * rest, denominator);
  const { sign } = dividend;
  if (!up) return { quotient: truncated, rest: { sign, significand: rest, exponent } };
  return { quotient: truncated + 1n, rest: { sign: sign ^ 1, significand: denominator - rest, exponent } };
}

const roundsToNext = (quotient: bigint, twiceRest: bigint, denominator: bigint): boolean =>
  twiceRest > denominator || (twiceRest === denominator && (quotient & 1n) === 1n);

/** C0, C3, C1: bits 2, 1, 0 of the quotient. */
function quotientBits(quotient: bigint): number {
  const low = Number(quotient & 7n);
  return (low & 4 ? Status.c0 : 0) | (low & 2 ? Status.c3 : 0) | (low & 1 ? Status.c1 : 0);
}

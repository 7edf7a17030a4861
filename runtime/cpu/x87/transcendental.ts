/**
 * F2XM1, FYL2X, FYL2XP1, FPATAN, FSIN, FCOS, FPTAN (Intel SDM vol. 1, 8.3.7-8.3.10; vol. 2, the tables of results).
 * Results are rounded to 64 bits in the rounding mode, whatever the precision control.
 */
import { addReals, type Binary, divideReals } from './arithmetic.ts';
import { irrational } from './constants.ts';
import { type Context, Exception, Rounding } from './context.ts';
import {
  BIAS,
  type Extended,
  infinity,
  isDenormal,
  isInfinite,
  isUnsupported,
  isZero,
  MAXIMUM_EXPONENT,
  magnitude,
  negate,
  one,
  type Real,
  toReal,
  zero,
} from './extended.ts';
import { invalid, noteDenormals, specialResult } from './operands.ts';
import { divideWithRest } from './remainder.ts';
import { roundExtended } from './rounding.ts';
import {
  arctangent,
  cosine,
  logarithm,
  logarithmOfOnePlus,
  multiplyReals,
  powerOfTwoMinusOne,
  sine,
  tangent,
} from './series.ts';

/** A function of ST(0) that is reduced by multiples of pi/2. */
export type Trigonometric = (context: Context, operand: Extended) => Extended;

/** Arguments from 2^63 on are not reduced: C2 is set instead. */
const REDUCIBLE = BIAS + 63;
export const isReducible = (x: Extended): boolean =>
  x.exponent < REDUCIBLE || x.exponent === MAXIMUM_EXPONENT || isUnsupported(x);

/** pi/2 as the FPU has it, with 66 bits of pi (8.3.8). */
const halfPi: Real = { sign: 0, significand: 0xc90fdaa22168c234cn, exponent: -67 };

/** The argument without the nearest multiple of pi/2, and the low bits of that multiple. */
function reduce(x: Real): { rest: Real; quadrant: number } {
  if (magnitude(x) < -1) return { rest: x, quadrant: 0 };
  const { quotient, rest } = divideWithRest({ ...x, sign: 0 }, halfPi, Rounding.nearest);
  const quadrant = Number(quotient & 3n);
  return { rest: { ...rest, sign: rest.sign ^ x.sign }, quadrant: x.sign ? -quadrant & 3 : quadrant };
}

/** Sine of an argument that is `quarters` quarter turns further. */
function sineFrom(x: Real, quarters: number): Real {
  const { rest, quadrant } = reduce(x);
  const turns = quadrant + quarters;
  const result = turns & 1 ? cosine(rest) : sine(rest);
  return turns & 2 ? { ...result, sign: result.sign ^ 1 } : result;
}

/** Tangent; beyond odd multiples of pi/4 that of the complement, inverted. */
function tangentOf(x: Real): Real {
  const { rest, quadrant } = reduce(x);
  if ((quadrant & 1) === 0) return tangent(rest);
  const inverse = divideReals(cosine(rest), sine(rest), 128);
  return { ...inverse, sign: inverse.sign ^ 1 };
}

function trigonometric(of: (x: Real) => Real, ofZero: (sign: number) => Extended): Trigonometric {
  return (context, operand) => {
    const special = specialResult(context, operand);
    if (special) return special;
    if (isInfinite(operand)) return invalid(context);
    if (isZero(operand)) return ofZero(operand.sign);
    noteDenormals(context, operand);
    return roundExtended(context, of(toReal(operand)));
  };
}

export const fsin = trigonometric((x) => sineFrom(x, 0), zero);
export const fcos = trigonometric(
  (x) => sineFrom(x, 1),
  () => one,
);
export const fptan = trigonometric(tangentOf, zero);

/** A result that hardware calls inexact even where it is exact. */
function roundInexact(context: Context, value: Real): Extended {
  const result = roundExtended(context, value);
  context.raise(isDenormal(result) ? Exception.precision | Exception.underflow : Exception.precision);
  return result;
}

/** 2^ST(0) - 1. Outside of -1 to 1 the result is undefined: the operand. */
export function f2xm1(context: Context, operand: Extended): Extended {
  const special = specialResult(context, operand);
  if (special) return special;
  if (isInfinite(operand)) return operand.sign ? negate(one) : operand;
  if (isZero(operand)) return operand;
  noteDenormals(context, operand);
  const value = toReal(operand);
  if (magnitude(value) < 0) return roundInexact(context, powerOfTwoMinusOne(value));
  return roundInexact(context, isOne(negate(operand)) ? minusHalf : value);
}

const minusHalf: Real = { sign: 1, significand: 1n, exponent: -1 };
const isOne = (x: Extended): boolean => x.exponent === BIAS && x.sign === 0 && x.significand === one.significand;

/** y log2(x) where one of the factors is 0 or infinite: the product by its signs and sizes. */
function productOf(context: Context, logarithmic: Extended, y: Extended): Extended {
  const sign = logarithmic.sign ^ y.sign;
  const infinite = isInfinite(logarithmic) || isInfinite(y);
  if (infinite && (isZero(logarithmic) || isZero(y))) return invalid(context);
  noteDenormals(context, logarithmic, y);
  return infinite ? infinity(sign) : zero(sign);
}

const isExtreme = (x: Extended): boolean => isZero(x) || isInfinite(x);

/** ST(1) x log2(ST(0)). */
export const fyl2x: Binary = (context, x, y) => {
  const special = specialResult(context, x, y);
  if (special) return special;
  if (x.sign && !isZero(x)) return invalid(context);
  if (isZero(x)) return logarithmOfZero(context, y);
  if (isInfinite(x) || isOne(x) || isExtreme(y)) return productOf(context, roughLogarithm(context, x), y);
  noteDenormals(context, x, y);
  return roundInexact(context, multiplyReals(logarithm(toReal(x)), toReal(y)));
};

function logarithmOfZero(context: Context, y: Extended): Extended {
  if (isZero(y)) return invalid(context);
  if (!isInfinite(y)) context.raise(Exception.zeroDivide);
  return infinity(y.sign ^ 1);
}

/** A number with the logarithm's sign that is 0 or infinite if the logarithm is. */
function roughLogarithm(context: Context, x: Extended): Extended {
  if (isInfinite(x)) return x;
  if (isOne(x)) return zero(0);
  noteDenormals(context, x);
  return x.exponent < BIAS ? negate(one) : one;
}

/** ST(1) x log2(ST(0) + 1). For ST(0) <= -1 the result is undefined: ST(0). */
export const fyl2xp1: Binary = (context, x, y) => {
  const special = specialResult(context, x, y);
  if (special) return special;
  if (x.sign && isInfinite(x)) return invalid(context);
  if (isExtreme(x) || isExtreme(y)) return productOf(context, x, y);
  noteDenormals(context, x, y);
  if (x.sign && x.exponent >= BIAS) return roundInexact(context, toReal(x));
  return roundInexact(context, multiplyReals(logarithmOfOnePlus(toReal(x)), toReal(y)));
};

/** The angle of the point (ST(0), ST(1)), from -pi to pi. */
export const fpatan: Binary = (context, x, y) => {
  const special = specialResult(context, x, y);
  if (special) return special;
  noteDenormals(context, x, y);
  const angle = angleOf(x, y);
  return angle ? roundExtended(context, { ...angle, sign: y.sign }) : zero(y.sign);
};

const quarters = (count: number): Real => ({
  ...irrational.pi,
  significand: irrational.pi.significand * BigInt(count),
  exponent: irrational.pi.exponent - 2,
});

/** The angle without its sign; undefined if it is 0. */
function angleOf(x: Extended, y: Extended): Real | undefined {
  if (isInfinite(y)) return quarters(isInfinite(x) ? 1 + 2 * x.sign : 2);
  if (isZero(y) || isInfinite(x)) return x.sign ? quarters(4) : undefined;
  if (isZero(x)) return quarters(2);
  const angle = angleInQuadrant({ ...toReal(x), sign: 0 }, { ...toReal(y), sign: 0 });
  return x.sign ? minus(quarters(4), angle) : angle;
}

function angleInQuadrant(x: Real, y: Real): Real {
  const ratio = divideReals(y, x, 160);
  if (magnitude(ratio) < 0) return arctangent(ratio);
  return minus(quarters(2), arctangent(divideReals(x, y, 160)));
}

const minus = (a: Real, b: Real): Real => addReals(a, { ...b, sign: b.sign ^ 1 });

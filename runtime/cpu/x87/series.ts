/**
 * Elementary functions of exact numbers to about 120 bits, by series in fixed point. None of their results here is
 * representable, so each is good enough to be rounded once more, and then inexact.
 */
import { addReals, divideReals, integerSquareRoot } from './arithmetic.ts';
import { irrational } from './constants.ts';
import { magnitude, type Real, shiftLeft } from './extended.ts';

/** Fraction bits of fixed-point numbers. */
const FRACTION = 160;
const ONE = 1n << BigInt(FRACTION);
/** Arguments with exponents below this differ from their functions in no bit that rounding would need. */
const TINY = -68;
/**
 * The exponent below which arguments differ from their functions in no bit that rounding would need, where the next term of the
 * function is the argument's square, not its cube.
 */
const TINY_POWER = -150;

const toFixed = (value: Real): bigint => {
  const fixed = shiftLeft(value.significand, value.exponent + FRACTION);
  return value.sign ? -fixed : fixed;
};
const fromFixed = (fixed: bigint): Real => ({
  sign: fixed < 0n ? 1 : 0,
  significand: fixed < 0n ? -fixed : fixed,
  exponent: -FRACTION,
});
const multiplyFixed = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(FRACTION);

export const multiplyReals = (a: Real, b: Real): Real => ({
  sign: a.sign ^ b.sign,
  significand: a.significand * b.significand,
  exponent: a.exponent + b.exponent,
});

/** The value with its significand made a trifle larger (1) or smaller (-1). */
function beside(value: Real, direction: 1 | -1): Real {
  const significand = (value.significand << BigInt(FRACTION)) + BigInt(direction);
  return { sign: value.sign, significand, exponent: value.exponent - FRACTION };
}

/** 1 + x/d1 + x^2/(d1 d2) + ...; `divisor` gives d1, d2 and so on. */
function factorialSeries(x: bigint, divisor: (n: number) => number): bigint {
  let sum = ONE;
  let term = ONE;
  for (let n = 1; term > 1n || term < -1n; n++) {
    term = multiplyFixed(term, x) / BigInt(divisor(n));
    sum += term;
  }
  return sum;
}

/** 1 + x/3 + x^2/5 + ... */
function oddSeries(x: bigint): bigint {
  let sum = ONE;
  let power = ONE;
  for (let n = 1; power > 1n || power < -1n; n++) {
    power = multiplyFixed(power, x);
    sum += power / BigInt(2 * n + 1);
  }
  return sum;
}

/** Minus the square of a value, in fixed point. */
const minusSquare = (value: Real): bigint => -toFixed(multiplyReals(value, value));

/** For |x| <= pi/4, not 0. */
export function sine(x: Real): Real {
  if (magnitude(x) < TINY) return beside(x, -1);
  return multiplyReals(x, fromFixed(factorialSeries(minusSquare(x), (n) => 2 * n * (2 * n + 1))));
}

/** For |x| <= pi/4, not 0. */
export function cosine(x: Real): Real {
  if (magnitude(x) < TINY) return beside({ sign: 0, significand: 1n, exponent: 0 }, -1);
  return fromFixed(factorialSeries(minusSquare(x), (n) => 2 * n * (2 * n - 1)));
}

/** For |x| <= pi/4, not 0. */
export function tangent(x: Real): Real {
  if (magnitude(x) < TINY) return beside(x, 1);
  return divideReals(sine(x), cosine(x), FRACTION);
}

/** For 0 < x <= 1. */
export function arctangent(x: Real): Real {
  if (magnitude(x) < TINY) return beside(x, -1);
  if (magnitude(x) >= -3) {
    const half = arctangent(halfAngle(x));
    return { ...half, exponent: half.exponent + 1 };
  }
  return multiplyReals(x, fromFixed(oddSeries(minusSquare(x))));
}

/** tan(a/2) of tan(a): x / (1 + sqrt(1 + x^2)). */
function halfAngle(x: Real): Real {
  const square = multiplyFixed(toFixed(x), toFixed(x));
  const root = integerSquareRoot((ONE + square) << BigInt(FRACTION));
  return divideReals(x, fromFixed(ONE + root), FRACTION);
}

/** 2^x - 1 for |x| < 1, not 0. */
export function powerOfTwoMinusOne(x: Real): Real {
  const t = multiplyReals(x, irrational.logEOf2);
  if (magnitude(x) < TINY_POWER) return beside(t, x.sign ? -1 : 1);
  return multiplyReals(t, fromFixed(factorialSeries(toFixed(t), (n) => n + 1)));
}

/** log2((1 + z) / (1 - z)) = 2/ln(2) artanh(z), for |z| < 1/4, not 0. */
function logarithmOfQuotient(z: Real): Real {
  const series = magnitude(z) < TINY ? ONE + 1n : oddSeries(-minusSquare(z));
  const doubled = multiplyReals(z, irrational.log2OfE);
  return multiplyReals({ ...doubled, exponent: doubled.exponent + 1 }, fromFixed(series));
}

/** log2(x) for x > 0; exact for powers of two. */
export function logarithm(x: Real): Real {
  const { scaled, exponent } = nearOne(x);
  const minusOne: Real = { sign: 1, significand: 1n, exponent: 0 };
  const difference = addReals(scaled, minusOne);
  const whole: Real = { sign: exponent < 0 ? 1 : 0, significand: BigInt(Math.abs(exponent)), exponent: 0 };
  if (difference.significand === 0n) return whole;
  const sum = addReals(scaled, { ...minusOne, sign: 0 });
  return addReals(whole, logarithmOfQuotient(divideReals(difference, sum, FRACTION)));
}

/** x = scaled x 2^exponent with `scaled` between 3/4 and 3/2. */
function nearOne(x: Real): { scaled: Real; exponent: number } {
  const exponent = magnitude(x);
  const top = shiftLeft(x.significand, x.exponent - exponent + 1);
  const shifted = top === 3n ? exponent + 1 : exponent;
  return { scaled: { ...x, exponent: x.exponent - shifted }, exponent: shifted };
}

/** log2(1 + x) for x > -1, not 0. */
export function logarithmOfOnePlus(x: Real): Real {
  const plus = (integer: bigint): Real => addReals(x, { sign: 0, significand: integer, exponent: 0 });
  if (magnitude(x) >= -2) return logarithm(plus(1n));
  return logarithmOfQuotient(divideReals(x, plus(2n), FRACTION));
}

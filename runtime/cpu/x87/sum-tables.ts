/** Values that the functions of sum-functions.ts begin from, computed from the exact ones (series.ts) when they are first needed. */
import { irrational } from './constants.ts';
import type { Real } from './extended.ts';
import { arctangent, cosine, logarithm, powerOfTwoMinusOne, sine } from './series.ts';
import { type Sum, sumFrom } from './sums.ts';

/** A table's values are this far apart. */
export const STEPS = 32;

/** Sums by a whole number from `first` on. */
class SumTable {
  readonly first: number;
  readonly high: Float64Array;
  readonly low: Float64Array;

  constructor(first: number, last: number, at: (n: number) => Sum) {
    const values = Array.from({ length: last - first + 1 }, (_, n) => at(first + n));
    this.first = first;
    this.high = Float64Array.from(values, ({ high }) => high);
    this.low = Float64Array.from(values, ({ low }) => low);
  }
}

/** A fraction with 32 for its denominator. */
const fraction = (n: number): Real => ({ sign: n < 0 ? 1 : 0, significand: BigInt(Math.abs(n)), exponent: -5 });
const none: Sum = { high: 0, low: 0 };
const whole: Sum = { high: 1, low: 0 };
/** `of(n/32)`; `atZero` for 0, which series do not take. */
const table = (first: number, last: number, of: (x: Real) => Real, atZero: Sum) =>
  new SumTable(first, last, (n) => (n === 0 ? atZero : sumFrom(of(fraction(n)))));

/** Middle of a binade's logarithms: significands from 0.7 to 1.42 in steps of 1/64. */
const [FIRST_RECIPROCAL, LAST_RECIPROCAL] = [45, 91];
/** About 64/n, with few enough bits that a product with a double is a sum of two. */
export const reciprocal = (n: number): number => Math.round((64 / n) * 2 ** 20) / 2 ** 20;
const doubleReal = (value: number): Real => ({ sign: 0, significand: BigInt(value * 2 ** 20), exponent: -20 });

function logarithmOfReciprocal(n: number): Sum {
  const { high, low } = sumFrom(logarithm(doubleReal(reciprocal(n))));
  return { high: 0 - high, low: 0 - low };
}

function makeTables() {
  return {
    /** 2^(n/32) - 1. */
    powers: table(-STEPS, STEPS, powerOfPart, none),
    /** Functions of n/32, up to pi/4. */
    sines: table(0, 26, sine, none),
    cosines: table(0, 26, cosine, whole),
    arctangents: table(0, STEPS, arctangent, none),
    /** -log2(reciprocal(n)). */
    logarithms: new SumTable(FIRST_RECIPROCAL, LAST_RECIPROCAL, logarithmOfReciprocal),
    logEOf2: sumFrom(irrational.logEOf2),
    log2OfE: sumFrom(irrational.log2OfE),
    pi: sumFrom(irrational.pi),
  };
}

/** The series takes no whole numbers, whose results are exact. */
function powerOfPart(x: Real): Real {
  if (x.significand !== BigInt(STEPS)) return powerOfTwoMinusOne(x);
  return x.sign ? { sign: 1, significand: 1n, exponent: -1 } : { sign: 0, significand: 1n, exponent: 0 };
}

let made: ReturnType<typeof makeTables> | undefined;

/** All of them. */
export function sumTables(): ReturnType<typeof makeTables> {
  made ??= makeTables();
  return made;
}

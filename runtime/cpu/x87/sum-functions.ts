/**
 * The transcendental functions of sums of two doubles (sums.ts), with relative errors below 2^-88: an argument is a tabulated one and a
 * small rest, whose function is a series, the first terms as sums, the others as doubles. Results as in sums.ts; what a
 * function gives beside its result is to be read before any other is called.
 */

import { reciprocal, STEPS, sumTables } from './sum-tables.ts';
import { add, divide, multiply, productOf, rest, sumFrom, sumOf } from './sums.ts';

/** 1/n, whose low part is not 0. */
const inverse = (n: number) => {
  const high = 1 / n;
  const product = productOf(high, n);
  return { high, low: (1 - product - rest[0]) / n };
};
const [third, fifth, seventh] = [inverse(3), inverse(5), inverse(7)];
const [sixth, twentyFourth, hundredTwentieth] = [inverse(6), inverse(24), inverse(120)];

/** Coefficients of the exponential series from 1/6! on. */
const factorials = [6, 7, 8, 9, 10, 11, 12].map(
  (n) => 1 / Array.from({ length: n }, (_, i) => i + 1).reduce((a, b) => a * b),
);

/** The double c0 + c1 x + c2 x^2 ... */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let n = coefficients.length - 1; n >= 0; n--) value = value * x + coefficients[n]!;
  return value;
}

/** e^t - 1 for |t| < 0.011. */
function exponentialMinusOne(high: number, low: number): number {
  let sum = add(hundredTwentieth.high, hundredTwentieth.low, high * polynomial(factorials, high), 0);
  sum = multiply(sum, rest[0]!, high, low);
  sum = add(twentyFourth.high, twentyFourth.low, sum, rest[0]!);
  sum = multiply(sum, rest[0]!, high, low);
  sum = add(sixth.high, sixth.low, sum, rest[0]!);
  sum = multiply(sum, rest[0]!, high, low);
  sum = add(0.5, 0, sum, rest[0]!);
  sum = multiply(sum, rest[0]!, high, low);
  sum = multiply(sum, rest[0]!, high, low);
  return add(high, low, sum, rest[0]!);
}

/** 2^x - 1 for |x| < 1. */
export function powerOfTwoMinusOne(high: number, low: number): number {
  const { powers, logEOf2 } = sumTables();
  const step = Math.round(high * STEPS);
  let part = sumOf(high - step / STEPS, low);
  part = multiply(part, rest[0]!, logEOf2.high, logEOf2.low);
  part = exponentialMinusOne(part, rest[0]!);
  if (step === 0) return part;
  const partLow = rest[0]!;
  const [tableHigh, tableLow] = [powers.high[step - powers.first]!, powers.low[step - powers.first]!];
  const power = add(1, 0, tableHigh, tableLow);
  const product = multiply(part, partLow, power, rest[0]!);
  return add(tableHigh, tableLow, product, rest[0]!);
}

/** Coefficients of artanh(s) / s from s^6 on, in s^2. */
const artanhTail = [7, 9, 11, 13, 15].map((n) => 1 / n);

/** log2(1 + z) for |z| < 1/64. */
function logarithmOfOneAnd(high: number, low: number): number {
  const divisor = add(2, 0, high, low);
  const s = divide(high, low, divisor, rest[0]!);
  const sLow = rest[0]!;
  const square = multiply(s, sLow, s, sLow);
  const squareLow = rest[0]!;
  let sum = add(fifth.high, fifth.low, square * polynomial(artanhTail, square), 0);
  sum = multiply(sum, rest[0]!, square, squareLow);
  sum = add(third.high, third.low, sum, rest[0]!);
  sum = multiply(sum, rest[0]!, square, squareLow);
  sum = multiply(sum, rest[0]!, s, sLow);
  sum = add(s, sLow, sum, rest[0]!);
  const { log2OfE } = sumTables();
  return multiply(sum, rest[0]!, 2 * log2OfE.high, 2 * log2OfE.low);
}

const bits = new Float64Array(1);
const bitWords = new Int32Array(bits.buffer);
/** Exponent of a normal double. */
export function exponentOf(value: number): number {
  bits[0] = value;
  return ((bitWords[1]! >>> 20) & 0x7ff) - 1023;
}

/** log2(x) for x > 0; exact for powers of two. */
export function logarithm(high: number, low: number): number {
  let exponent = exponentOf(high);
  if (high * 2 ** -exponent >= Math.SQRT2) exponent++;
  const scale = 2 ** -exponent;
  const [scaled, scaledLow] = [high * scale, low * scale];
  const step = Math.round(scaled * 64);
  const factor = reciprocal(step);
  const product = productOf(scaled, factor);
  const z = sumOf(product - 1, rest[0]! + scaledLow * factor);
  let sum = z === 0 ? 0 : logarithmOfOneAnd(z, rest[0]!);
  if (z === 0) rest[0] = 0;
  if (step !== 64) {
    const { logarithms } = sumTables();
    sum = add(logarithms.high[step - logarithms.first]!, logarithms.low[step - logarithms.first]!, sum, rest[0]!);
  }
  return exponent === 0 ? sum : add(exponent, 0, sum, rest[0]!);
}

/** log2(1 + x) for -0.3 < x < 0.5. */
export function logarithmOfOnePlus(high: number, low: number): number {
  if (Math.abs(high) < 1 / 128) return logarithmOfOneAnd(high, low);
  const sum = add(1, 0, high, low);
  return logarithm(sum, rest[0]!);
}

/** Coefficients of the sine's series from x^7 on, and of the cosine's from x^6 on, in x^2. */
const sineTail = [-1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800];
const cosineTail = [-1 / 720, 1 / 40320, -1 / 3628800, 1 / 479001600];

/** Sine and cosine, each high and low part. */
export const turned = new Float64Array(4);

/** Puts sine and cosine of an angle up to pi/4 into `turned`. */
export function turn(angle: number, angleLow: number): void {
  const sign = angle < 0 ? -1 : 1;
  const step = Math.round(angle * sign * STEPS);
  const x = sumOf(angle * sign - step / STEPS, angleLow * sign);
  const xLow = rest[0]!;
  const square = multiply(x, xLow, x, xLow);
  const squareLow = rest[0]!;
  let sine = add(hundredTwentieth.high, hundredTwentieth.low, square * polynomial(sineTail, square), 0);
  sine = multiply(sine, rest[0]!, square, squareLow);
  sine = add(-sixth.high, -sixth.low, sine, rest[0]!);
  sine = multiply(sine, rest[0]!, square, squareLow);
  sine = multiply(sine, rest[0]!, x, xLow);
  sine = add(x, xLow, sine, rest[0]!);
  const sineLow = rest[0]!;
  let fall = add(twentyFourth.high, twentyFourth.low, square * polynomial(cosineTail, square), 0);
  fall = multiply(fall, rest[0]!, square, squareLow);
  fall = add(-0.5, 0, fall, rest[0]!);
  fall = multiply(fall, rest[0]!, square, squareLow);
  addAngles(step, sine, sineLow, fall, rest[0]!);
  turned[0]! *= sign;
  turned[1]! *= sign;
}

/** Sine and cosine of step/32 and a small angle, whose sine and cosine less 1 are given. */
function addAngles(step: number, sine: number, sineLow: number, fall: number, fallLow: number): void {
  const { sines, cosines } = sumTables();
  const [s, sLow, c, cLow] = [sines.high[step]!, sines.low[step]!, cosines.high[step]!, cosines.low[step]!];
  const cs = multiply(c, cLow, sine, sineLow);
  const csLow = rest[0]!;
  const sf = multiply(s, sLow, fall, fallLow);
  const change = add(cs, csLow, sf, rest[0]!);
  turned[0] = add(s, sLow, change, rest[0]!);
  turned[1] = rest[0]!;
  const cf = multiply(c, cLow, fall, fallLow);
  const cfLow = rest[0]!;
  const ss = multiply(s, sLow, sine, sineLow);
  const fallen = add(cf, cfLow, -ss, -rest[0]!);
  turned[2] = add(c, cLow, fallen, rest[0]!);
  turned[3] = rest[0]!;
}

/** Coefficients of arctan(u) / u from u^8 on, in u^2. */
const arctangentTail = [1 / 9, -1 / 11, 1 / 13, -1 / 15, 1 / 17];

/** The angle of (x, y) for 0 < y <= x. */
export function angleOf(x: number, xLow: number, y: number, yLow: number): number {
  const step = Math.round((y / x) * STEPS);
  if (step === 0) {
    const ratio = divide(y, yLow, x, xLow);
    return smallAngle(ratio, rest[0]!);
  }
  const part = step / STEPS;
  const across = multiply(x, xLow, -part, 0);
  const above = add(y, yLow, across, rest[0]!);
  const aboveLow = rest[0]!;
  const along = multiply(y, yLow, part, 0);
  const radius = add(x, xLow, along, rest[0]!);
  const ratio = divide(above, aboveLow, radius, rest[0]!);
  const angle = smallAngle(ratio, rest[0]!);
  const { arctangents } = sumTables();
  return add(arctangents.high[step]!, arctangents.low[step]!, angle, rest[0]!);
}

/** arctan(u) for |u| <= 1/64. */
function smallAngle(u: number, uLow: number): number {
  const square = multiply(u, uLow, u, uLow);
  const squareLow = rest[0]!;
  let sum = add(-seventh.high, -seventh.low, square * polynomial(arctangentTail, square), 0);
  sum = multiply(sum, rest[0]!, square, squareLow);
  sum = add(fifth.high, fifth.low, sum, rest[0]!);
  sum = multiply(sum, rest[0]!, square, squareLow);
  sum = add(-third.high, -third.low, sum, rest[0]!);
  sum = multiply(sum, rest[0]!, square, squareLow);
  sum = multiply(sum, rest[0]!, u, uLow);
  return add(u, uLow, sum, rest[0]!);
}

/** pi/2 as the FPU has it, in parts of which some thousands are exact, and how many there are in 1. */
const HALF_PI = 0xc90fdaa22168c234cn;
const PARTS = 35n;
const first = sumFrom({ sign: 0, significand: (HALF_PI >> PARTS) << PARTS, exponent: -67 }).high;
const second = sumFrom({ sign: 0, significand: HALF_PI & ((1n << PARTS) - 1n), exponent: -67 }).high;

/** An angle of some thousands at most without the nearest multiple of pi/2; how often that is in it, is in `quarterTurns`. */
export function reduce(angle: number, angleLow: number): number {
  const quarters = Math.round(angle * (2 / Math.PI));
  quarterTurns = quarters;
  const a = sumOf(angle, -quarters * first);
  const aRest = rest[0]!;
  const b = sumOf(a, -quarters * second);
  const bRest = rest[0]!;
  const c = sumOf(b, angleLow);
  const cRest = rest[0]!;
  const low = sumOf(aRest, bRest);
  const lowRest = rest[0]!;
  return add(c, cRest, low, lowRest);
}

/** Quarter turns of the last angle that was reduced. */
export let quarterTurns = 0;

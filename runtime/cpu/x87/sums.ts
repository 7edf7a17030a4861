/**
 * Arithmetic of unevaluated sums of two doubles, about 104 bits (Dekker 1971; Knuth, TAOCP 4.2.2). A function gives the high part of its result; the
 * low part, at most half a place of it, is in `rest` until the next call. Operands are such sums too, far from the ends of a double's range.
 */
import type { Real } from './extended.ts';

/** The low part of the last result. */
export const rest = new Float64Array(1);

/** A constant as such a sum. */
export interface Sum {
  readonly high: number;
  readonly low: number;
}

/** Splits 53 bits into 26 and 27. */
const SPLIT = 2 ** 27 + 1;

/** The error of a rounded sum: a + b - `sum`, exactly. */
export function sumError(a: number, b: number, sum: number): number {
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/** The error of a rounded product: a x b - `product`, exactly, for magnitudes that neither over- nor underflow. */
export function productError(a: number, b: number, product: number): number {
  const ca = a * SPLIT;
  const cb = b * SPLIT;
  const ha = ca - (ca - a);
  const hb = cb - (cb - b);
  const la = a - ha;
  const lb = b - hb;
  return la * lb - (product - ha * hb - la * hb - ha * lb);
}

/** a + b, exactly. */
export function sumOf(a: number, b: number): number {
  const sum = a + b;
  rest[0] = sumError(a, b, sum);
  return sum;
}

/** a + b, exactly, for |a| >= |b|. */
function normalized(a: number, b: number): number {
  const sum = a + b;
  rest[0] = b - (sum - a);
  return sum;
}

/** a x b, exactly. */
export function productOf(a: number, b: number): number {
  const product = a * b;
  rest[0] = productError(a, b, product);
  return product;
}

export function add(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const high = sumOf(aHigh, bHigh);
  const highRest = rest[0];
  const low = sumOf(aLow, bLow);
  const lowRest = rest[0];
  const sum = normalized(high, highRest + low);
  return normalized(sum, rest[0] + lowRest);
}

export function multiply(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const product = productOf(aHigh, bHigh);
  return normalized(product, rest[0] + (aHigh * bLow + aLow * bHigh));
}

export function divide(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const quotient = aHigh / bHigh;
  const product = productOf(quotient, bHigh);
  const left = aHigh - product - rest[0] + (aLow - quotient * bLow);
  return normalized(quotient, left / bHigh);
}

/** Whether `add`, `multiply` and `divide` of these lose nothing: apart from them, as few who compute need to know. False also where that isn't seen. */
export function isExactSum(aHigh: number, aLow: number, bHigh: number, bLow: number): boolean {
  const high = sumOf(aHigh, bHigh);
  const highRest = rest[0];
  const low = sumOf(aLow, bLow);
  const lowRest = rest[0];
  const below = highRest + low;
  if (sumError(highRest, low, below) !== 0) return false;
  normalized(high, below);
  return sumError(rest[0], lowRest, rest[0] + lowRest) === 0;
}

export function isExactProduct(aHigh: number, aLow: number, bHigh: number, bLow: number): boolean {
  if (aLow !== 0 && bLow !== 0) return false;
  productOf(aHigh, bHigh);
  const first = aHigh * bLow;
  const second = aLow * bHigh;
  // One of them is 0.
  const below = first + second;
  const areExact = productError(aHigh, bLow, first) === 0 && productError(aLow, bHigh, second) === 0;
  return areExact && sumError(rest[0], below, rest[0] + below) === 0;
}

export function isExactQuotient(aHigh: number, aLow: number, bHigh: number, bLow: number): boolean {
  if (bLow !== 0) return false;
  const quotient = aHigh / bHigh;
  const product = productOf(quotient, bHigh);
  const high = aHigh - product - rest[0];
  const left = high + aLow;
  const last = left / bHigh;
  return sumError(high, aLow, left) === 0 && last * bHigh === left && productError(last, bHigh, left) === 0;
}

/** An exact number as the nearest such sum. */
export function sumFrom({ sign, significand, exponent }: Real): Sum {
  const high = Number(significand);
  const low = Number(significand - BigInt(high));
  const scale = (sign ? -1 : 1) * 2 ** exponent;
  return { high: high * scale, low: low * scale };
}

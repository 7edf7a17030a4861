/** ADD, SUB, MUL, DIV, SQRT, MIN, MAX and comparisons of one lane (Intel SDM vol. 1, 4.8.3.5 and 11.5.2). */
import { addReals, divideReals, squareRootReal } from '../x87/arithmetic.ts';
import { Exception, Rounding } from '../x87/context.ts';
import type { Real } from '../x87/extended.ts';
import { quantize } from '../x87/rounding.ts';
import {
  decode,
  type Encoding,
  indefinite,
  infinity,
  type Operand,
  pack,
  quiet,
  round,
  type Surroundings,
  zero,
} from './number.ts';

/** An operation on a lane of the destination (first) and of the source. Unary ones take the source. */
export type Operation = (context: Surroundings, encoding: Encoding, first: bigint, second: bigint) => bigint;

type Finite = (context: Surroundings, encoding: Encoding, a: Operand, b: Operand) => bigint;

export function invalid(context: Surroundings, encoding: Encoding): bigint {
  context.raise(Exception.invalid);
  return indefinite(encoding);
}

export function noteDenormals(context: Surroundings, ...operands: Operand[]): void {
  if (operands.some((x) => x.isDenormal)) context.raise(Exception.denormal);
}

/** The first NaN made quiet (table 4-7), else what `compute` gives. */
function withNans(compute: Finite, isUnary = false): Operation {
  return (context, encoding, first, second) => {
    const b = decode(encoding, second, context);
    const a = isUnary ? b : decode(encoding, first, context);
    if (a.isSignaling || b.isSignaling) context.raise(Exception.invalid);
    if (a.isNan || b.isNan) return quiet(encoding, a.isNan ? a : b);
    return compute(context, encoding, a, b);
  };
}

const negated = (x: Operand): Operand => ({ ...x, sign: x.sign ^ 1, value: { ...x.value, sign: x.sign ^ 1 } });

const sum: Finite = (context, encoding, a, b) => {
  if (a.isInfinite && b.isInfinite && a.sign !== b.sign) return invalid(context, encoding);
  noteDenormals(context, a, b);
  if (a.isInfinite || b.isInfinite) return infinity(encoding, a.isInfinite ? a.sign : b.sign);
  const value = addReals(a.value, b.value);
  if (value.significand !== 0n) return round(context, encoding, value);
  return zero(encoding, a.sign === b.sign ? a.sign : Number(context.rounding === Rounding.down));
};

const product: Finite = (context, encoding, a, b) => {
  const sign = a.sign ^ b.sign;
  if ((a.isInfinite && b.isZero) || (a.isZero && b.isInfinite)) return invalid(context, encoding);
  noteDenormals(context, a, b);
  if (a.isInfinite || b.isInfinite) return infinity(encoding, sign);
  if (a.isZero || b.isZero) return zero(encoding, sign);
  const significand = a.value.significand * b.value.significand;
  return round(context, encoding, { sign, significand, exponent: a.value.exponent + b.value.exponent });
};

const quotient: Finite = (context, encoding, a, b) => {
  const sign = a.sign ^ b.sign;
  if ((a.isInfinite && b.isInfinite) || (a.isZero && b.isZero)) return invalid(context, encoding);
  if (b.isZero) {
    if (!a.isInfinite) context.raise(Exception.zeroDivide);
    return infinity(encoding, sign);
  }
  noteDenormals(context, a, b);
  if (a.isInfinite) return infinity(encoding, sign);
  if (a.isZero || b.isInfinite) return zero(encoding, sign);
  return round(context, encoding, divideReals(a.value, b.value, encoding.format.precision + 2));
};

const root: Finite = (context, encoding, x) => {
  if (x.isZero) return x.bits;
  if (x.sign) return invalid(context, encoding);
  noteDenormals(context, x);
  return x.isInfinite ? x.bits : round(context, encoding, squareRootReal(x.value));
};

const signed = ({ sign, significand }: Real, shift: number): bigint =>
  (sign ? -significand : significand) << BigInt(shift);

/** Whether a < b, of operands that are no NaNs. */
function isLess(a: Operand, b: Operand): boolean {
  if (a.isInfinite || b.isInfinite) {
    if (a.isInfinite && b.isInfinite) return a.sign > b.sign;
    return a.isInfinite ? a.sign === 1 : b.sign === 0;
  }
  const exponent = Math.min(a.value.exponent, b.value.exponent);
  return signed(a.value, a.value.exponent - exponent) < signed(b.value, b.value.exponent - exponent);
}

/** The second operand if either is a NaN or both are zeros (SDM vol. 2, MINPS). */
const extreme =
  (isBetter: (a: Operand, b: Operand) => boolean): Operation =>
  (context, encoding, first, second) => {
    const [a, b] = [decode(encoding, first, context), decode(encoding, second, context)];
    if (a.isNan || b.isNan) {
      context.raise(Exception.invalid);
      return b.bits;
    }
    noteDenormals(context, a, b);
    return isBetter(a, b) ? a.bits : b.bits;
  };

export interface Order {
  readonly less: boolean;
  readonly equal: boolean;
  readonly unordered: boolean;
}

/** Compares; a signaling NaN is invalid, and with `everyNan` a quiet one as well. */
export function order(
  context: Surroundings,
  encoding: Encoding,
  first: bigint,
  second: bigint,
  everyNan: boolean,
): Order {
  const [a, b] = [decode(encoding, first, context), decode(encoding, second, context)];
  const unordered = a.isNan || b.isNan;
  if (a.isSignaling || b.isSignaling || (unordered && everyNan)) context.raise(Exception.invalid);
  if (unordered) return { less: false, equal: false, unordered };
  noteDenormals(context, a, b);
  const less = isLess(a, b);
  return { less, equal: !less && !isLess(b, a), unordered };
}

/** CMPccPS and its like: predicates EQ LT LE UNORD NEQ NLT NLE ORD; the middle two of each four mind quiet NaNs. */
export function compare(predicate: number): Operation {
  const isOrdering = (predicate & 3) === 1 || (predicate & 3) === 2;
  return (context, encoding, first, second) => {
    const { less, equal, unordered } = order(context, encoding, first, second, isOrdering);
    const holds = [equal, less, less || equal, unordered][predicate & 3]!;
    return holds !== predicate >= 4 ? (1n << BigInt(encoding.bytes * 8)) - 1n : 0n;
  };
}

/**
 * ROUNDPS and its like: to an integer as the immediate's low two bits say, or with bit 2 MXCSR; bit 3 keeps PE as it is.
 * A denormal is no exception.
 */
export function roundToInteger(control: number): Operation {
  return withNans((context, encoding, { bits, value, sign, isZero, isInfinite }) => {
    if (isInfinite || isZero) return isZero ? zero(encoding, sign) : bits;
    const rounded = quantize(control & 4 ? context.rounding : control & 3, value, 0);
    if (rounded.inexact && !(control & 8)) context.raise(Exception.precision);
    return rounded.significand === 0n ? zero(encoding, sign) : pack(encoding, rounded);
  }, true);
}

/** By name; comparisons are told by their predicates. */
export const operations: Readonly<Record<string, Operation>> = {
  ADD: withNans(sum),
  SUB: withNans((context, encoding, a, b) => sum(context, encoding, a, negated(b))),
  MUL: withNans(product),
  DIV: withNans(quotient),
  SQRT: withNans(root, true),
  MIN: extreme(isLess),
  MAX: extreme((a, b) => isLess(b, a)),
};

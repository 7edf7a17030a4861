/**
 * FADD, FSUB, FMUL, FDIV, FSQRT and stores of reals by sums of two doubles (sums.ts), for any rounding control and precision control: what regions
 * leave to traps (translator/emit/x87/): other directions than to nearest, and what these are in doubt about. Where sums leave a doubt the exact ones
 * do it (arithmetic.ts), with the same results.
 */
import { controlledFormat, type Format, Rounding } from './context.ts';
import type { Fpu } from './fpu.ts';
import { MARGIN, noteRounding, type Quick } from './quick.ts';
import { exponentOf } from './sum-functions.ts';
import { isMiddling, isMiddlingOrZero, roundedHigh, roundedLow, roundSum } from './sum-rounding.ts';
import {
  add,
  divide,
  isExactProduct,
  isExactQuotient,
  isExactSum,
  multiply,
  productError,
  rest,
  sumOf,
} from './sums.ts';

type OnSums<T> = (high: number, low: number, otherHigh: number, otherLow: number) => T;

/** An operation on ST(0) and another operand. */
interface Operation {
  readonly compute: OnSums<number>;
  readonly isExact: OnSums<boolean>;
  /**
   * For products and quotients: the operation on the high parts alone, if one of them is zero. A result that is not zero is left
   * to exact arithmetic.
   */
  readonly ofZeros?: (a: number, b: number) => number;
}

const sum: Operation = { compute: add, isExact: isExactSum };
const difference: Operation = {
  compute: (a, aLow, b, bLow) => add(a, aLow, -b, -bLow),
  isExact: (a, aLow, b, bLow) => isExactSum(a, aLow, -b, -bLow),
};
const product: Operation = { compute: multiply, isExact: isExactProduct, ofZeros: (a, b) => a * b };
const quotient: Operation = { compute: divide, isExact: isExactQuotient, ofZeros: (a, b) => a / b };

const reversed = ({ compute, isExact, ofZeros }: Operation): Operation => ({
  compute: (a, aLow, b, bLow) => compute(b, bLow, a, aLow),
  isExact: (a, aLow, b, bLow) => isExact(b, bLow, a, aLow),
  ...(ofZeros && { ofZeros: (a, b) => ofZeros(b, a) }),
});

/** By the reg field of D8, DC, DE; 2 and 3 are comparisons. */
const operations: readonly (Operation | undefined)[] = [
  sum,
  product,
  undefined,
  undefined,
  difference,
  reversed(difference),
  quotient,
  reversed(quotient),
];

/** ST(0) op a number, to ST(index). */
function execute(fpu: Fpu, operation: Operation, index: number, otherHigh: number, otherLow: number): boolean {
  const high = fpu.high(0);
  if (!isMiddlingOrZero(high) || !isMiddlingOrZero(otherHigh)) return false;
  if (high === 0 || otherHigh === 0) {
    const zero = operation.ofZeros?.(high, otherHigh);
    if (zero !== undefined) return zero === 0 && writeZero(fpu, index, zero);
    if (high === otherHigh) return false;
  }
  // High parts of registers need not be the nearest doubles.
  const a = sumOf(high, fpu.low(0));
  const aLow = rest[0]!;
  const b = sumOf(otherHigh, otherLow);
  const bLow = rest[0]!;
  const result = operation.compute(a, aLow, b, bLow);
  const low = rest[0]!;
  if (result === 0) return writeZero(fpu, index, fpu.rounding === Rounding.down ? -0 : 0);
  if (writeRounded(fpu, index, result, low, MARGIN)) return true;
  return operation.isExact(a, aLow, b, bLow) && writeRounded(fpu, index, result, low, 0);
}

function writeZero(fpu: Fpu, index: number, zero: number): boolean {
  fpu.writeSum(index, zero, 0);
  fpu.setC1(false);
  return true;
}

/** A sum that is off by less than the margin, rounded by the control word. */
function writeRounded(fpu: Fpu, index: number, high: number, low: number, margin: number): boolean {
  if (!roundSum(high, low, margin, controlledFormat(fpu.control).precision, fpu.rounding)) return false;
  fpu.writeSum(index, roundedHigh, roundedLow);
  noteRounding(fpu);
  return true;
}

/** ST(0) op ST(i), to ST(0) or, popping or not, to ST(i). */
export const quickBinary =
  (reg: number, destination: (index: number) => number, pops: number): Quick =>
  (fpu, index) => {
    if (fpu.isEmpty(index)) return false;
    if (!execute(fpu, operations[reg]!, destination(index), fpu.high(index), fpu.low(index))) return false;
    fpu.pop(pops);
    return true;
  };

/** ST(0) op a number from memory, to ST(0). */
export const quickWithNumber = (fpu: Fpu, reg: number, number: number): boolean =>
  execute(fpu, operations[reg]!, 0, number, 0);

export const quickFsqrt: Quick = (fpu) => {
  const high = fpu.high(0);
  if (!isMiddling(high) || high < 0) return false;
  const a = sumOf(high, fpu.low(0));
  const aLow = rest[0]!;
  const root = Math.sqrt(a);
  const square = root * root;
  const left = a - square - productError(root, root, square) + aLow;
  const better = sumOf(root, left / (2 * root));
  return writeRounded(fpu, 0, better, rest[0]!, left === 0 && aLow === 0 ? 0 : MARGIN);
};

/** ST(0) rounded to a format of memory, or NaN: it isn't covered. */
export function quickRounded(fpu: Fpu, { precision, minimumExponent, maximumExponent }: Format): number {
  const high = fpu.high(0);
  if (high === 0) {
    fpu.setC1(false);
    return high;
  }
  const value = sumOf(high, fpu.low(0));
  if (!roundSum(value, rest[0]!, 0, precision, fpu.rounding)) return Number.NaN;
  const exponent = exponentOf(roundedHigh);
  // What was rounded up to the smallest normal number may have been below it.
  if (exponent <= minimumExponent || exponent > maximumExponent) return Number.NaN;
  noteRounding(fpu);
  return roundedHigh;
}

import { FpuPrecision, FpuRounding } from '../../abi/state.ts';
import type { Arithmetic } from '../../ir/x87/operations.ts';
import { difference, type NumberText, product, quotient, squareRoot, sum } from './formulas.ts';
import {
  type ShortFormula,
  shortDifference,
  shortProduct,
  shortQuotient,
  shortSquareRoot,
  shortSum,
} from './short-formulas.ts';

/** How a result is computed at 64 bits, and at fewer; what tells of its rounding. */
export interface Computation {
  readonly long: typeof sum;
  readonly short: ShortFormula;
  readonly rounding: number;
}
const add: Computation = { long: sum, short: shortSum, rounding: FpuRounding.add };
const subtract: Computation = { long: difference, short: shortDifference, rounding: FpuRounding.subtract };
const multiply: Computation = { long: product, short: shortProduct, rounding: FpuRounding.multiply };
const divide: Computation = { long: quotient, short: shortQuotient, rounding: FpuRounding.divide };
export const takeRoot: Computation = {
  long: (a, _b, leave) => squareRoot(a, leave),
  short: shortSquareRoot,
  rounding: FpuRounding.squareRoot,
};

export const arithmetic: Record<Arithmetic, { computation: Computation; isReversed: boolean }> = {
  add: { computation: add, isReversed: false },
  subtract: { computation: subtract, isReversed: false },
  subtractReversed: { computation: subtract, isReversed: true },
  multiply: { computation: multiply, isReversed: false },
  divide: { computation: divide, isReversed: false },
  divideReversed: { computation: divide, isReversed: true },
};

/** Statements that define a result at a precision as `s`, and its low part if it may have one. */
export function computationText(
  { long, short }: Computation,
  [a, b]: readonly [NumberText, NumberText],
  precision: number,
  leave: string,
): { text: string; low: string | null } {
  if (precision === FpuPrecision.extended) return { text: long(a, b, leave), low: 'l' };
  return { text: short(a, b, leave, precision), low: null };
}

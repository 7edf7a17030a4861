/**
 * Arithmetic on x87 numbers as JavaScript text where precision control rounds to 53 or 24 bits, to nearest. A result is one
 * double then: that of the operation itself, which rounds as the FPU does as long as neither the doubles' range of exponents
 * nor a low part of an operand matters. 24 bits are 53 rounded once more; that is wrong only if the double is inexact and halfway
 * between two results.
 *
 * As in formulas.ts, each function gives statements that define `s` and run `leave` where the operands are not covered, or
 * the local `xp` is not 0 and the result is not exact.
 */
import { FpuPrecision } from '../../abi/state.ts';
import { type NumberText, productError } from './formulas.ts';

/** Where errors of products and the rest of a division are doubles. */
const SMALLEST = '1e-260';
/** Smallest normal single, and more than the largest. */
const SMALLEST_SINGLE = `${2 ** -126}`;
const ABOVE_SINGLES = '3.5e38';

/** An operation on two doubles. */
interface Operation {
  readonly result: string;
  /** Condition: the result has the doubles' range, or is a zero that comes of one. Infinities and NaNs are not covered. */
  readonly isCovered: string;
  /** Definitions, and the condition that the result is not the exact one. */
  readonly error: string;
  readonly isInexact: string;
}

export type ShortFormula = (a: NumberText, b: NumberText, leave: string, precision: number) => string;

const printed =
  (operation: (a: string, b: string) => Operation): ShortFormula =>
  (a, b, leave, precision) =>
    print(operation(a.high, b.high), [a.low, b.low], leave, precision);

function print(operation: Operation, lows: readonly (string | null)[], leave: string, precision: number): string {
  const { result, isCovered, error, isInexact } = operation;
  const long = [...new Set(lows)].flatMap((low) => (low === null ? [] : [`||${low}!==0`])).join('');
  const compute = `let s=${result};if(!(${isCovered})${long}){${leave}}`;
  if (precision === FpuPrecision.double) return `${compute}if(xp!==0){const ${error};if(${isInexact}){${leave}}}`;
  const range = `if(s!==0&&!(Math.abs(z)>=${SMALLEST_SINGLE}&&Math.abs(z)<${ABOVE_SINGLES})){${leave}}`;
  const isTie = 's!==z&&Math.fround(w)===w';
  const check = `if(xp!==0||${isTie}){const ${error};if(${isInexact}||xp!==0&&s!==z){${leave}}}`;
  return `${compute}const z=Math.fround(s),w=z+(s-z)+(s-z);${range}${check}s=z;`;
}

export const shortSum = printed((a, b) => ({
  result: `${a}+${b}`,
  isCovered: 's-s===0',
  error: `u=s-${a},e=(${a}-(s-u))+(${b}-u)`,
  isInexact: 'e!==0',
}));

export const shortDifference = printed((a, b) => ({
  result: `${a}-${b}`,
  isCovered: 's-s===0',
  error: `u=s-${a},e=(${a}-(s-u))-(${b}+u)`,
  isInexact: 'e!==0',
}));

export const shortProduct = printed((a, b) => ({
  result: `${a}*${b}`,
  isCovered: `Math.abs(s)>${SMALLEST}&&s-s===0||s===0&&(${a}===0||${b}===0)`,
  error: productError('s', a, b),
  isInexact: 'e!==0',
}));

export const shortQuotient = printed((a, b) => ({
  result: `${a}/${b}`,
  isCovered: `Math.abs(s)>${SMALLEST}&&s-s===0||s===0&&${a}===0`,
  error: `p=s*${b},${productError('p', 's', b)}`,
  isInexact: `(${a}-p)-e!==0||!(${a}===0||Math.abs(${a})>${SMALLEST})`,
}));

export const shortSquareRoot = printed((a) => ({
  result: `Math.sqrt(${a})`,
  isCovered: `${a}>${SMALLEST}&&s-s===0`,
  error: `p=s*s,${productError('p', 's', 's')}`,
  isInexact: `(${a}-p)-e!==0`,
}));

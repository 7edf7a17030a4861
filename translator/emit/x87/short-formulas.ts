/**
 * Arithmetic on x87 numbers as JavaScript text where precision control rounds to 53 or 24 bits, to nearest. A result is one
 * double then: that of the operation itself on the high parts, which rounds as the FPU does as long as the doubles' range of exponents
 * doesn't matter. Low parts that operands have are taken into account at 53 bits, and left to the trap at 24. 24 bits are 53 rounded
 * once more; that is wrong only if the double is inexact and halfway between two results.
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

/** By what part of the result, or of what a sum loses, an approximation of the rest may be off: more than it ever is. */
const OFF = `${2 ** -90}`;
const OFF_SUM = `${2 ** -50}`;

/** An operation on the high parts of two numbers. */
interface Operation {
  readonly result: string;
  /** Condition: the result has the doubles' range, or is a zero that comes of one. Infinities and NaNs are not covered. */
  readonly isCovered: string;
  /** Definitions, and the condition that the result is not the exact one. */
  readonly error: string;
  readonly isInexact: string;
  /** The difference of the exact result to \`s\`, with the low parts, nearly; and by how much that may be off. */
  readonly rest: (low: string, otherLow: string) => string;
  readonly off: (low: string, otherLow: string) => string;
}

export type ShortFormula = (a: NumberText, b: NumberText, leave: string, precision: number) => string;

const printed =
  (operation: (a: string, b: string) => Operation): ShortFormula =>
  (a, b, leave, precision) =>
    print(operation(a.high, b.high), [a.low, b.low], leave, precision);

function print(operation: Operation, lows: readonly (string | null)[], leave: string, precision: number): string {
  const { result, isCovered, error, isInexact } = operation;
  const isLong = [...new Set(lows)].flatMap((low) => (low === null ? [] : [`${low}!==0`])).join('||');
  const compute = `let s=${result};if(!(${isCovered})){${leave}}`;
  if (precision === FpuPrecision.double) {
    const inexact = `if(xp!==0){const ${error};if(${isInexact}){${leave}}}`;
    return compute + (isLong === '' ? inexact : `if(${isLong}){${withLows(operation, lows, leave)}}else ${inexact}`);
  }
  const leaveLong = isLong === '' ? '' : `if(${isLong}){${leave}}`;
  // A single below its smallest normal number has fewer bits.
  const range = `if(s!==0&&!(Math.abs(s)>=${SMALLEST_SINGLE}&&Math.abs(z)<${ABOVE_SINGLES})){${leave}}`;
  const isTie = 's!==z&&Math.fround(w)===w';
  const check = `if(xp!==0||${isTie}){const ${error};if(${isInexact}||xp!==0&&s!==z){${leave}}}`;
  return `${compute}${leaveLong}const z=Math.fround(s),w=z+(s-z)+(s-z);${range}${check}s=z;`;
}

/**
 * An operand has 64 bits, as constants of C programs do that are \`long double\` until they are used: \`s\` and the rest are rounded together. Leaves
 * where what the rest may be off by could decide, and while PE is clear.
 */
function withLows({ error, rest, off }: Operation, lows: readonly (string | null)[], leave: string): string {
  const [low, otherLow] = lows.map((one) => one ?? '0');
  const sum = `t=${rest(low, otherLow)},y=s+t,d=t-(y-s),w=${off(low, otherLow)}`;
  const isSure = 'Math.abs(t)<=Math.abs(s)&&y+(d+w)===y&&y+(d-w)===y';
  // A zero keeps its sign where nothing is added to it.
  return `if(xp!==0){${leave}}const ${error},${sum};if(!(t===0||${isSure})){${leave}}if(t!==0)s=y;`;
}

const offOfSum = (low: string, otherLow: string): string =>
  `(Math.abs(e)+Math.abs(${low})+Math.abs(${otherLow}))*${OFF_SUM}`;

export const shortSum = printed((a, b) => ({
  result: `${a}+${b}`,
  isCovered: 's-s===0',
  error: `u=s-${a},e=(${a}-(s-u))+(${b}-u)`,
  isInexact: 'e!==0',
  rest: (low, otherLow) => `e+(${low}+${otherLow})`,
  off: offOfSum,
}));

export const shortDifference = printed((a, b) => ({
  result: `${a}-${b}`,
  isCovered: 's-s===0',
  error: `u=s-${a},e=(${a}-(s-u))-(${b}+u)`,
  isInexact: 'e!==0',
  rest: (low, otherLow) => `e+(${low}-${otherLow})`,
  off: offOfSum,
}));

export const shortProduct = printed((a, b) => ({
  result: `${a}*${b}`,
  isCovered: `Math.abs(s)>${SMALLEST}&&s-s===0||s===0&&(${a}===0||${b}===0)`,
  error: productError('s', a, b),
  isInexact: 'e!==0',
  rest: (low, otherLow) => `e+(${a}*${otherLow}+${low}*${b})`,
  off: () => `Math.abs(s)*${OFF}`,
}));

export const shortQuotient = printed((a, b) => ({
  result: `${a}/${b}`,
  isCovered: `Math.abs(s)>${SMALLEST}&&s-s===0||s===0&&${a}===0`,
  error: `p=s*${b},${productError('p', 's', b)}`,
  isInexact: `(${a}-p)-e!==0||!(${a}===0||Math.abs(${a})>${SMALLEST})`,
  rest: (low, otherLow) => `(((${a}-p)-e)+(${low}-s*${otherLow}))/${b}`,
  // The rest of a small dividend is no double.
  off: () => `Math.abs(${a})>${SMALLEST}?Math.abs(s)*${OFF}:Math.abs(s)`,
}));

export const shortSquareRoot = printed((a) => ({
  result: `Math.sqrt(${a})`,
  isCovered: `${a}>${SMALLEST}&&s-s===0`,
  error: `p=s*s,${productError('p', 's', 's')}`,
  isInexact: `(${a}-p)-e!==0`,
  rest: (low) => `(((${a}-p)-e)+${low})/(s+s)`,
  off: () => `Math.abs(s)*${OFF}`,
}));

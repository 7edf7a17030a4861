/**
 * Arithmetic on x87 numbers as JavaScript text: exact to the bit, with rounding to nearest at 64 bits (at fewer:
 * short-formulas.ts). A number is an unevaluated sum of two doubles, high + low, where high is at most 16 units in the last
 * place from the number rounded to 53 bits (Double.fpuHigh in abi/state.ts). Sums and products of doubles and the errors of
 * their rounding are exact (Dekker 1971, Knuth TAOCP 4.2.2); the error rounded to the 64-bit grid is the low part of the result.
 *
 * Each function gives statements that define the constants `s` and `l`, high and low part of the result. Where the
 * operands are not covered (NaNs, infinities, overflow, too little margin) they run `leave`; also if the local `xp` is not
 * 0, which says that PE is clear, and the result is not known to be exact.
 */

/** Text of the two parts; `low` is null if it is known to be 0. */
export interface NumberText {
  readonly high: string;
  readonly low: string | null;
}

const text = (value: number): string => `${value}`;
// Names of constants have no digits: those of the code around them do, which `leave` refers to.

/** For 2^floor(log2 |s|), the unit that the bounds are relative to: s x PHI, less that x (1 - 2^-53). */
const PHI = text(2 ** 52 + 1);
const LESS_THAN_ONE = text(1 - 2 ** -53);
/** Adding and subtracting 1.5 x 2^-11 units rounds to 2^-63 units. */
const GRID = text(1.5 * 2 ** -11);
/** Splits 53 bits into 26 and 27. */
const SPLIT = text(2 ** 27 + 1);
/** The low part is below this many units. */
const LARGEST_LOW = text(2 ** -48);
/** Operands of a sum may be so far apart that its error is still a double: 2^35. */
const FARTHEST = text(2 ** 35);
/** Half a place of the 64-bit grid, and how near to it the error of an approximation may not come, in units. */
const HALF = text(2 ** -64);
const MARGIN = text(2 ** -91);
/** Products below this may have errors that are no doubles. */
const SMALLEST = '1e-260';
/** Sums of equal operands above this may have a low part that cannot be converted. */
const LARGEST = '1e290';

const unit = (s: string, f: string, g: string): string =>
  `q${f}=${s}*${PHI},${f}=Math.abs(q${f}-q${f}*${LESS_THAN_ONE}),${g}=${f}*${GRID}`;

/** The sum of two optional terms. */
function plus(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return `${a}+${b}`;
}

const isZero = (...lows: (string | null)[]): string =>
  lows.flatMap((low) => (low === null ? [] : [`&&${low}===0`])).join('');

/**
 * `s` and `t` are the exact result, or nearly so; rounds t to the grid of s, which is right under the first condition. If
 * the result is exact without that, `low` is its low part; else `recovery` says what is to be done.
 */
function rounded(condition: string, exact: string, low: string, recovery: string): string {
  return `let l=(t+g)-g;if(!(${condition})){if(${exact})l=${low};else{${recovery}}}`;
}

/** Leaves if the result would have to set PE; `isInexact` may be true of an exact result. */
export const unlessExact = (isInexact: string, leave: string): string => `if(xp!==0&&(${isInexact})){${leave}}`;

/** The result doesn't come near a power of two, and its low part is small. */
const inBinade = `m>f&&m<f+f&&Math.abs(t)<f*${LARGEST_LOW}`;

export function sum(a: NumberText, b: NumberText, leave: string): string {
  const terms = `let s=${a.high}+${b.high};const u=s-${a.high},e=(${a.high}-(s-u))+(${b.high}-u)`;
  return sumOf(a, b.high, b.low, terms, leave);
}

export function difference(a: NumberText, b: NumberText, leave: string): string {
  const terms = `let s=${a.high}-${b.high};const u=s-${a.high},e=(${a.high}-(s-u))-(${b.high}+u)`;
  return sumOf(a, b.high, b.low && `-${b.low}`, terms, leave);
}

/** `terms` define s and its error e; `low` is the second operand's low part with its sign. */
function sumOf(a: NumberText, high: string, low: string | null, terms: string, leave: string): string {
  const lows = plus(a.low, low);
  if (lows === null) {
    return `${terms},t=e,${unit('s', 'f', 'g')};${rounded('Math.abs(s)>f', 'e===0', '0', leave)}${unlessExact('t!==l', leave)}`;
  }
  const near = `Math.abs(${a.high})<Math.abs(${high})*${FARTHEST}&&Math.abs(${high})<Math.abs(${a.high})*${FARTHEST}`;
  const exact = `(e===0&&w===0||${a.high}===0||${high}===0)&&s-s===0`;
  const text = `${terms},w=${lows},t=e+w,m=Math.abs(s+t),${unit('s', 'f', 'g')};`;
  const recovered = sumRecovery(a.low ?? '0', low ?? '0', leave);
  return text + rounded(`${inBinade}&&${near}`, exact, 'w', recovered) + unlessExact('t!==l', leave);
}

/**
 * After cancellation, or with operands far apart: the sum as s + t + r, each at most half of the last place of the one
 * before. r only decides where s + t is halfway between two numbers.
 */
function sumRecovery(aLow: string, bLow: string, leave: string): string {
  const first = `ta=${aLow}+e,za=ta-${aLow},ra=(${aLow}-(ta-za))+(e-za)`;
  const second = `tb=ta+${bLow},zb=tb-ta,r=((ta-(tb-zb))+(${bLow}-zb))+ra`;
  const last = `y=s+tb,zc=y-s,tc=(s-(y-zc))+(tb-zc)`;
  const half = `if(r!==0){const d=tc-l;if(Math.abs(d)===fa*${HALF}&&d>0===r>0)l+=d+d;}`;
  const check = `if(xp!==0||!(Math.abs(y)>fa||tc===0&&r===0&&y-y===0)){${leave}}`;
  return `const ${first},${second},${last},${unit('y', 'fa', 'ga')};${check}s=y;l=(tc+ga)-ga;${half}`;
}

/** a + a. */
export function double(a: NumberText, leave: string): string {
  return `const s=${a.high}+${a.high};if(!(Math.abs(s)<${LARGEST})){${leave}}const l=${a.low ?? 0}*2;`;
}

/** Definitions of the halves of two doubles and of `e`, the error of their product. */
export function productError(product: string, x: string, y: string): string {
  const split = (v: string, n: string) => `c${n}=${v}*${SPLIT},h${n}=c${n}-(c${n}-${v}),l${n}=${v}-h${n}`;
  if (x === y) return `${split(x, 'a')},e=la*la-((${product}-ha*ha)-2*(ha*la))`;
  return `${split(x, 'a')},${split(y, 'b')},e=la*lb-(((${product}-ha*hb)-la*hb)-ha*lb)`;
}

/** The error is approximated here: it must not be near half a place of the grid. */
const hasMargin = (t: string, f: string): string => `Math.abs(Math.abs(${t}-l)-${f}*${HALF})>${f}*${MARGIN}`;

/** The low part has grown: s + t again. */
function recovery(smallest: string, leave: string): string {
  const terms = `y=s+t,ta=t-(y-s),${unit('y', 'fa', 'ga')}`;
  const check = `Math.abs(y)>fa&&${smallest}&&${hasMargin('ta', 'fa')}`;
  return `const ${terms};l=(ta+ga)-ga;if(xp!==0||!(${check})){${leave}}s=y;`;
}

export function product(a: NumberText, b: NumberText, leave: string): string {
  const terms = `let s=${a.high}*${b.high};const ${productError('s', a.high, b.high)}`;
  const hasZero = a.high === b.high ? `${a.high}===0` : `${a.high}===0||${b.high}===0`;
  const low = productLow(a, b);
  const large = `f>${SMALLEST}`;
  if (low === null) {
    const exact = `e===0&&(${large}||${hasZero})`;
    return `${terms},t=e,${unit('s', 'f', 'g')};${rounded(`Math.abs(s)>f&&${large}`, exact, '0', leave)}${unlessExact('t!==l', leave)}`;
  }
  const exact = `e===0&&w===0&&(${large}${isZero(a.low, b.low)}||${hasZero})`;
  const text = `${terms},w=${low},t=e+w,m=Math.abs(s+t),${unit('s', 'f', 'g')};`;
  const result = rounded(`${inBinade}&&${large}&&${hasMargin('t', 'f')}`, exact, '0', recovery(large, leave));
  return text + result + unlessExact(`t!==l||!(true${isZero(a.low, b.low)})`, leave);
}

function productLow(a: NumberText, b: NumberText): string | null {
  if (a.high === b.high && a.low !== null) return `2*(${a.high}*${a.low})`;
  return plus(b.low && `${a.high}*${b.low}`, a.low && `${a.low}*${b.high}`);
}

export function quotient(a: NumberText, b: NumberText, leave: string): string {
  const tail = b.low === null ? a.low : `(${a.low ?? 0}-s*${b.low})`;
  const rest = `r=((${a.high}-p)-e)${tail === null ? '' : `+${tail}`}`;
  const error = productError('p', 's', b.high);
  const terms = `let s=${a.high}/${b.high};const p=s*${b.high},${error},${rest},t=r/${b.high}`;
  const large = `f>${SMALLEST}&&Math.abs(${a.high})>${SMALLEST}`;
  const exact = `r===0&&(${a.high}===0||${large}${isZero(a.low, b.low)})`;
  const text = `${terms},m=Math.abs(s+t),${unit('s', 'f', 'g')};`;
  const result = rounded(`${inBinade}&&${large}&&${hasMargin('t', 'f')}`, exact, '0', recovery(large, leave));
  return text + result + unlessExact(`!(r===0${isZero(a.low, b.low)})`, leave);
}

export function squareRoot(a: NumberText, leave: string): string {
  const rest = `r=((${a.high}-p)-e)${a.low === null ? '' : `+${a.low}`}`;
  const terms = `let s=Math.sqrt(${a.high});const p=s*s,${productError('p', 's', 's')},${rest},t=r/(s+s)`;
  const large = `${a.high}>${SMALLEST}`;
  const text = `${terms},m=Math.abs(s+t),${unit('s', 'f', 'g')};`;
  const exact = `r===0&&${large}${isZero(a.low)}`;
  const result = rounded(`${inBinade}&&${large}&&${hasMargin('t', 'f')}`, exact, '0', recovery(large, leave));
  return text + result + unlessExact(`!(r===0${isZero(a.low)})`, leave);
}

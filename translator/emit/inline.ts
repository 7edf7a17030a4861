import type { HelperName } from '../abi/helpers.ts';

/** Text of a pure helper's result in place of its call; `call` is the call, for what is rare. */
type Inline = (args: readonly string[], call: string) => string;

/** 2^-32. */
const SCALE = '2.3283064365386963e-10';

/**
 * High half of a product by doubles: what is left of it without the low half is a multiple of 2^32 apart from a rounding
 * error of less than 2^12, so that the nearest multiple is the right one. Truncation takes 2^32 more as nothing.
 * Fractions keep V8 from expecting small integers.
 */
function highHalf(a: string, b: string, low: string): string {
  return `(${a}*${SCALE}*${b}-(${low}>>>0)*${SCALE}+4294967296.5|0)`;
}

/** Pure helpers that are cheaper than a call where they stand. Arguments have no effects and may be printed twice. */
export const inlined: Partial<Record<HelperName, Inline>> = {
  countLeadingZeros: ([value]) => `Math.clz32(${value})`,
  multiplyHighSigned: ([a, b]) => highHalf(a, b, `Math.imul(${a},${b})`),
  multiplyHighUnsigned: ([a, b]) => highHalf(`(${a}>>>0)`, `(${b}>>>0)`, `Math.imul(${a},${b})`),
  // The usual dividends are those that were extended from 32 bits.
  divideUnsigned: ([high, low, divisor], call) => {
    const quotient = `(${low}>>>0)/(${divisor}>>>0)|0`;
    return high === '0' ? `(${quotient})` : `(${high}===0?${quotient}:${call})`;
  },
  divideSigned: ([high, low, divisor], call) => `(${high}===${low}>>31?${low}/${divisor}|0:${call})`,
  divideOverflowSigned: ([high, low, divisor], call) => `(${high}===${low}>>31&&${divisor}>0?0:${call})`,
};

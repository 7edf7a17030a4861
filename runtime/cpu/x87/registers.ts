/**
 * The two representations of a register (Double.fpuHigh in translator/abi/state.ts): a sum of two doubles, and the words
 * of the 80-bit format. This is the only place that converts between them.
 */
import { Double, STATE_BYTES, Word } from '../../../translator/abi/state.ts';
import { BIAS, MAXIMUM_EXPONENT } from './extended.ts';

const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;
const SMALLEST_NORMAL = 2 ** -1022;
/** Numbers with more than 53 bits are kept as doubles if their exponent is at most this: the low one stays exact. */
const LARGEST_EXPONENT = 1000;
const MINUS_ZERO_WORD = 0x8000;

const scratch = new Float64Array(1);
const scratchWords = new Int32Array(scratch.buffer);

/** The doubles of a state, given its words. */
export function doublesOf(state: Int32Array): Float64Array {
  return new Float64Array(state.buffer, state.byteOffset, STATE_BYTES / Float64Array.BYTES_PER_ELEMENT);
}

/** 2^exponent, for the exponents of normal doubles; 0 for 2^-1023. */
function powerOfTwo(exponent: number): number {
  scratchWords[0] = 0;
  scratchWords[1] = (exponent + 1023) << 20;
  return scratch[0];
}

/** Puts the three words of high + low, of which high is not NaN, into `words` from `at` on. */
export function toWords(high: number, low: number, words: Int32Array, at: number): void {
  const value = high + low;
  if (value - value !== 0 || value === 0) {
    const negative = value < 0 || (value === 0 && Object.is(high, -0));
    words[at] = 0;
    words[at + 1] = value === 0 ? 0 : 0x80000000;
    words[at + 2] = (value === 0 ? 0 : MAXIMUM_EXPONENT) | (negative ? MINUS_ZERO_WORD : 0);
  } else if (Math.abs(value) < SMALLEST_NORMAL) {
    finiteToWords(value * TWO_63, (low - (value - high)) * TWO_63, -63, words, at);
  } else finiteToWords(value, low - (value - high), 0, words, at);
}

/** The words of (value + rest) x 2^scale; value is a normal double, rest at most half of its last place. */
function finiteToWords(value: number, rest: number, scale: number, words: Int32Array, at: number): void {
  scratch[0] = value;
  const [fractionLow, fractionHigh] = scratchWords;
  let exponent = ((fractionHigh >>> 20) & 0x7ff) - 1023;
  let high = 0x80000000 | (fractionHigh << 11) | (fractionLow >>> 21);
  // Units of the 64-bit significand.
  let units = (value < 0 ? -rest : rest) * TWO_63 * powerOfTwo(-exponent);
  if (units < 0 && fractionLow === 0 && (fractionHigh & 0xfffff) === 0) {
    exponent--;
    high = 0xffffffff;
    units = TWO_32 + 2 * units;
  } else {
    units += (fractionLow << 11) >>> 0;
    if (units < 0) high--;
  }
  words[at] = units;
  words[at + 1] = high;
  words[at + 2] = ((fractionHigh >>> 16) & 0x8000) | (exponent + scale + BIAS);
}

/** Makes the words of a register right. */
export function spillRegister(state: Int32Array, doubles: Float64Array, register: number): void {
  const high = doubles[Double.fpuHigh + register];
  if (!Number.isNaN(high)) toWords(high, doubles[Double.fpuLow + register], state, Word.fpuRegister + 4 * register);
}

/** Gives a register the value of its words. */
export function fillRegister(state: Int32Array, doubles: Float64Array, register: number): void {
  const low = Double.fpuLow + register;
  doubles[Double.fpuHigh + register] = fromWords(state, Word.fpuRegister + 4 * register, doubles, low);
}

/** The high part of the number in three words, or NaN; its low part is put into a double. */
export function fromWords(words: Int32Array, at: number, doubles: Float64Array, lowAt: number): number {
  const low = words[at] >>> 0;
  const high = words[at + 1] >>> 0;
  const exponent = words[at + 2] & 0x7fff;
  const sign = words[at + 2] & 0x8000 ? -1 : 1;
  const sum = high * TWO_32 + low;
  const rest = low - (sum - high * TWO_32);
  const scale = scaleOf(exponent, high, low, rest);
  doubles[lowAt] = scale === Infinity ? 0 : sign * (rest / TWO_63) * scale;
  return sign * (sum / TWO_63) * scale;
}

/** The factor for significand / 2^63: NaN if the number cannot be kept as doubles. */
function scaleOf(biased: number, high: number, low: number, rest: number): number {
  if (biased === 0) return high === 0 && low === 0 ? 1 : NaN;
  if (high < 0x80000000) return NaN;
  if (biased === MAXIMUM_EXPONENT) return high === 0x80000000 && low === 0 ? Infinity : NaN;
  const exponent = biased - BIAS;
  const fits = rest === 0 ? exponent >= -1022 && exponent <= 1023 : Math.abs(exponent) <= LARGEST_EXPONENT;
  return fits ? powerOfTwo(exponent) : NaN;
}

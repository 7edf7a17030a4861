/**
 * The double extended-precision format (Intel SDM vol. 1, 4.2.2 and 8.2): an explicit integer bit, which makes encodings
 * possible that the other formats don't have (unnormals, pseudo-denormals).
 */
export interface Extended {
  /** 0 or 1. */
  readonly sign: number;
  /** Biased, 0-0x7fff. */
  readonly exponent: number;
  /** 64 bits, with the integer bit. */
  readonly significand: bigint;
}

/** An exact finite value: (-1)^sign x significand x 2^exponent. */
export interface Real {
  readonly sign: number;
  readonly significand: bigint;
  readonly exponent: number;
}

export const BIAS = 16383;
export const MAXIMUM_EXPONENT = 0x7fff;
export const INTEGER_BIT = 1n << 63n;
const QUIET_BIT = 1n << 62n;

export const zero = (sign: number): Extended => ({ sign, exponent: 0, significand: 0n });
export const infinity = (sign: number): Extended => ({ sign, exponent: MAXIMUM_EXPONENT, significand: INTEGER_BIT });
export const one: Extended = { sign: 0, exponent: BIAS, significand: INTEGER_BIT };
/** QNaN floating-point indefinite: the masked response to an invalid operation (table 4-3). */
export const indefinite: Extended = { sign: 1, exponent: MAXIMUM_EXPONENT, significand: INTEGER_BIT | QUIET_BIT };

export const isZero = (x: Extended): boolean => x.exponent === 0 && x.significand === 0n;
/** Denormals and pseudo-denormals. */
export const isDenormal = (x: Extended): boolean => x.exponent === 0 && x.significand !== 0n;
/** Unnormals, pseudo-infinities and pseudo-NaNs: invalid as operands (table 8-3). */
export const isUnsupported = (x: Extended): boolean => x.exponent !== 0 && x.significand < INTEGER_BIT;
export const isInfinite = (x: Extended): boolean => x.exponent === MAXIMUM_EXPONENT && x.significand === INTEGER_BIT;
export const isNan = (x: Extended): boolean => x.exponent === MAXIMUM_EXPONENT && x.significand > INTEGER_BIT;
export const isSignaling = (x: Extended): boolean => isNan(x) && (x.significand & QUIET_BIT) === 0n;

export const quiet = (x: Extended): Extended => ({ ...x, significand: x.significand | QUIET_BIT });
export const negate = (x: Extended): Extended => ({ ...x, sign: x.sign ^ 1 });

/** The value of a finite operand; denormals have the exponent of the smallest normal number. */
export function toReal(x: Extended): Real {
  return { sign: x.sign, significand: x.significand, exponent: Math.max(x.exponent, 1) - BIAS - 63 };
}

const scratch = new Float64Array(1);
const scratchWords = new Int32Array(scratch.buffer);

/** Powers of two, by their exponents: significands, and products of two. */
const powers = Array.from({ length: 129 }, (_, n) => 1n << BigInt(n));

/** Position of the highest set bit, plus one. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  scratch[0] = Number(value);
  const exponent = ((scratchWords[1] >>> 20) & 0x7ff) - 1023;
  if (exponent < 1024 && ((scratchWords[1] & 0xfffff) !== 0 || scratchWords[0] !== 0)) return exponent + 1;
  // A number just below a power of two becomes that power, which 1.0 and its like have for a significand.
  if (exponent < powers.length) return value < powers[exponent] ? exponent : exponent + 1;
  const digits = value.toString(16);
  return digits.length * 4 - Math.clz32(Number.parseInt(digits[0], 16)) + 28;
}

/** Exponent of the highest set bit of a value that is not zero: 2^n <= |value| < 2^(n+1). */
export const magnitude = (value: Real): number => bitLength(value.significand) - 1 + value.exponent;

/** Shifts left by a count of either sign; bits shifted out to the right are lost. */
export const shiftLeft = (value: bigint, count: number): bigint =>
  count >= 0 ? value << BigInt(count) : value >> BigInt(-count);

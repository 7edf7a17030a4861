/** The formats of memory operands and their conversion (Intel SDM vol. 1, 4.2, 4.7, 8.2). */
import { type Context, double, Exception, type Format, Rounding, single } from './context.ts';
import {
  BIAS,
  bitLength,
  type Extended,
  INTEGER_BIT,
  indefinite,
  isInfinite,
  isNan,
  isUnsupported,
  isZero,
  MAXIMUM_EXPONENT,
  toReal,
  zero,
} from './extended.ts';
import { specialResult } from './operands.ts';
import { encode, quantize, round } from './rounding.ts';

/** How values of a format stand in memory, as one little-endian integer. */
export interface MemoryFormat {
  readonly bytes: number;
  /** The value as it is; a denormal of the format itself is noted in the context. */
  decode(context: Context, bits: bigint): Extended;
  encode(context: Context, value: Extended): bigint;
  /** The number as a JavaScript number; NaN where it is denormal in the format, or JavaScript does not have it. */
  toNumber(bits: bigint): number;
  /** The rounding to a real format, and the bits of a number of the format; left out for integers. */
  readonly rounds?: { readonly format: Format; toBits(number: number): bigint };
}

function realFormat(format: Format, bytes: number): MemoryFormat {
  const fractionBits = format.precision - 1;
  const specialExponent = format.maximumExponent - format.minimumExponent + 2;
  const layout = { format, fractionBits, specialExponent, bits: bytes * 8 };
  return {
    bytes,
    decode: (context, bits) => decodeReal(layout, context, bits),
    encode: (context, value) => encodeReal(layout, context, value),
    toNumber: (image) => normalOrNaN(bytes === 4 ? asSingle(image) : asDouble(image), format),
    rounds: { format, toBits: bytes === 4 ? bitsOfSingle : bitsOfDouble },
  };
}

const scratch = new BigUint64Array(1);
const scratchWords = new Int32Array(scratch.buffer);
const scratchDoubles = new Float64Array(scratch.buffer);
const scratchSingles = new Float32Array(scratch.buffer);

function asSingle(bits: bigint): number {
  scratch[0] = bits;
  return scratchSingles[0]!;
}

function asDouble(bits: bigint): number {
  scratch[0] = bits;
  return scratchDoubles[0]!;
}

function bitsOfSingle(number: number): bigint {
  scratch[0] = 0n;
  scratchSingles[0] = number;
  return scratch[0];
}

function bitsOfDouble(number: number): bigint {
  scratchDoubles[0] = number;
  return scratch[0]!;
}

const normalOrNaN = (number: number, { minimumExponent }: Format): number =>
  number === 0 || Math.abs(number) >= 2 ** minimumExponent ? number : Number.NaN;

interface RealLayout {
  readonly format: Format;
  readonly fractionBits: number;
  /** Biased exponent of infinities and NaNs. */
  readonly specialExponent: number;
  readonly bits: number;
}

function decodeReal(layout: RealLayout, context: Context, bits: bigint): Extended {
  const sign = Number(bits >> BigInt(layout.bits - 1));
  const exponent = Number(bits >> BigInt(layout.fractionBits)) & layout.specialExponent;
  const fraction = BigInt.asUintN(layout.fractionBits, bits);
  if (exponent === 0) return decodeDenormal(layout, context, sign, fraction);
  const significand = INTEGER_BIT | (fraction << BigInt(63 - layout.fractionBits));
  if (exponent === layout.specialExponent) return { sign, exponent: MAXIMUM_EXPONENT, significand };
  return { sign, exponent: exponent - 1 + layout.format.minimumExponent + BIAS, significand };
}

function decodeDenormal(layout: RealLayout, context: Context, sign: number, fraction: bigint): Extended {
  if (fraction === 0n) return zero(sign);
  context.denormalSource = true;
  const length = bitLength(fraction);
  const exponent = layout.format.minimumExponent - layout.fractionBits + length - 1;
  return { sign, exponent: exponent + BIAS, significand: fraction << BigInt(64 - length) };
}

function encodeReal(layout: RealLayout, context: Context, value: Extended): bigint {
  const { exponent, significand } = encodeMagnitude(layout, context, value);
  const fraction = BigInt.asUintN(layout.fractionBits, significand);
  return (
    (BigInt(sign(value)) << BigInt(layout.bits - 1)) | (BigInt(exponent) << BigInt(layout.fractionBits)) | fraction
  );
}

/** An unsupported operand becomes the indefinite, which is negative. */
const sign = (value: Extended): number => (isUnsupported(value) ? indefinite.sign : value.sign);

function encodeMagnitude(layout: RealLayout, context: Context, value: Extended) {
  const { format, specialExponent } = layout;
  if (isZero(value)) return { exponent: 0, significand: 0n };
  if (isInfinite(value)) return { exponent: specialExponent, significand: 0n };
  if (isUnsupported(value) || isNan(value)) {
    const special = specialResult(context, value) ?? indefinite;
    return { exponent: specialExponent, significand: special.significand >> BigInt(64 - format.precision) };
  }
  return encode(format, round(context, format, toReal(value)));
}

/** Signed integers; the integer indefinite is the most negative one (table 4-1). Rounded as the context says, or always so. */
function integerFormat(bytes: number, rounding?: number): MemoryFormat {
  const bits = bytes * 8;
  const limit = 1n << BigInt(bits - 1);
  return {
    bytes,
    decode: (_context, image) => fromInteger(BigInt.asIntN(bits, image)),
    encode: (context, value) => {
      const integer = toInteger(context, value, -limit, limit - 1n, rounding);
      return BigInt.asUintN(bits, integer ?? -limit);
    },
    toNumber: (image) => (bits <= 32 ? Number(BigInt.asIntN(bits, image)) : Number.NaN),
  };
}

function fromInteger(integer: bigint): Extended {
  if (integer === 0n) return zero(0);
  const absolute = integer < 0n ? -integer : integer;
  const length = bitLength(absolute);
  return { sign: integer < 0n ? 1 : 0, exponent: BIAS + length - 1, significand: absolute << BigInt(64 - length) };
}

/** Rounds to an integer; undefined, with an invalid operation noted, if there is none in range. */
function toInteger(
  context: Context,
  value: Extended,
  lowest: bigint,
  highest: bigint,
  rounding = context.rounding,
): bigint | undefined {
  const rounded = value.exponent > BIAS + 64 || isUnsupported(value) ? undefined : integerOf(rounding, value);
  if (rounded === undefined || rounded.integer < lowest || rounded.integer > highest) {
    context.raise(Exception.invalid);
    return undefined;
  }
  if (rounded.inexact) context.raise(Exception.precision);
  context.roundedUp = rounded.up;
  return rounded.integer;
}

function integerOf(rounding: number, value: Extended) {
  const { significand, inexact, up } = quantize(rounding, toReal(value), 0);
  return { integer: value.sign ? -significand : significand, inexact, up };
}

const DECIMAL_DIGITS = 18;
const DECIMAL_LIMIT = 10n ** BigInt(DECIMAL_DIGITS) - 1n;
/** Packed BCD indefinite (table 4-4). */
const DECIMAL_INDEFINITE = 0xffffc000000000000000n;
const DECIMAL_SIGN_SHIFT = 79n;

/** Packed BCD integers: 18 digits and a sign (4.7). */
const packedDecimal: MemoryFormat = {
  bytes: 10,
  decode: (_context, bits) => {
    let integer = 0n;
    for (let digit = DECIMAL_DIGITS - 1; digit >= 0; digit--)
      integer = integer * 10n + ((bits >> BigInt(4 * digit)) & 15n);
    return { ...fromInteger(integer), sign: Number(bits >> DECIMAL_SIGN_SHIFT) };
  },
  encode: (context, value) => {
    const integer = toInteger(context, value, -DECIMAL_LIMIT, DECIMAL_LIMIT);
    if (integer === undefined) return DECIMAL_INDEFINITE;
    // The digits of the decimal text are those of the packed number.
    const digits = BigInt(`0x${integer < 0n ? -integer : integer}`);
    return (BigInt(value.sign) << DECIMAL_SIGN_SHIFT) | digits;
  },
  toNumber: () => Number.NaN,
};

/** The registers' own format: nothing is converted, nothing checked. */
const extendedReal: MemoryFormat = {
  bytes: 10,
  decode: (_context, bits) => unpackExtended(bits),
  encode: (_context, value) => packBits(value),
  toNumber: () => Number.NaN,
};

/** 80 bits as in memory, and back. */
export function unpackExtended(bits: bigint): Extended {
  const high = Number(bits >> 64n);
  return { sign: (high >> 15) & 1, exponent: high & 0x7fff, significand: BigInt.asUintN(64, bits) };
}

/** The three words of a register from `at` on (Word.fpuRegister), and back. */
export function extendedOf(words: Int32Array, at: number): Extended {
  scratchWords[0] = words[at];
  scratchWords[1] = words[at + 1];
  return { sign: (words[at + 2] >> 15) & 1, exponent: words[at + 2] & 0x7fff, significand: scratch[0] };
}

export function putExtended(value: Extended, words: Int32Array, at: number): void {
  scratch[0] = value.significand;
  words[at] = scratchWords[0];
  words[at + 1] = scratchWords[1];
  words[at + 2] = (value.sign << 15) | value.exponent;
}

export function packBits(value: Extended): bigint {
  return (BigInt((value.sign << 15) | value.exponent) << 64n) | value.significand;
}

export const formats = {
  single: realFormat(single, 4),
  double: realFormat(double, 8),
  extended: extendedReal,
  word: integerFormat(2),
  doubleword: integerFormat(4),
  quadword: integerFormat(8),
  decimal: packedDecimal,
} as const;

/** FISTTP's, which round towards zero. */
export const truncated = {
  word: integerFormat(2, Rounding.towardZero),
  doubleword: integerFormat(4, Rounding.towardZero),
  quadword: integerFormat(8, Rounding.towardZero),
} as const;

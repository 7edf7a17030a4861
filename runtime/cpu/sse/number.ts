/** Singles and doubles as integers, and rounding to them under MXCSR (Intel SDM vol. 1, 4.8, 4.9, 10.2.3, 11.5.2). */
import { Mxcsr } from '../../../translator/abi/sse.ts';
import { double, Exception, type Format, Rounding, single } from '../x87/context.ts';
import { magnitude, type Real } from '../x87/extended.ts';
import { encode, quantize } from '../x87/rounding.ts';

/** How numbers of a format are encoded. */
export interface Encoding {
  readonly format: Format;
  readonly bytes: number;
  readonly fractionBits: number;
  /** Exponent field of infinities and NaNs. */
  readonly special: number;
}
export const singles: Encoding = { format: single, bytes: 4, fractionBits: 23, special: 0xff };
export const doubles: Encoding = { format: double, bytes: 8, fractionBits: 52, special: 0x7ff };

/** MXCSR's settings, and the exceptions that one lane of an instruction has met. */
export class Surroundings {
  readonly rounding: number;
  /** Bits of `Exception` that are masked. */
  readonly masks: number;
  readonly denormalsAreZeros: boolean;
  readonly flushToZero: boolean;
  raised = 0;

  constructor(mxcsr: number) {
    this.rounding = (mxcsr & Mxcsr.rounding) >> 13;
    this.masks = (mxcsr & Mxcsr.masks) >> 7;
    this.denormalsAreZeros = (mxcsr & Mxcsr.denormalsAreZeros) !== 0;
    // Only the masked response flushes (10.2.3.3).
    this.flushToZero = (mxcsr & Mxcsr.flushToZero) !== 0 && (this.masks & Exception.underflow) !== 0;
  }

  raise(exceptions: number): void {
    this.raised |= exceptions;
  }
}

/** An operand taken apart. Of one that is not finite `value` means nothing. */
export interface Operand {
  readonly bits: bigint;
  readonly sign: number;
  readonly isNan: boolean;
  readonly isSignaling: boolean;
  readonly isInfinite: boolean;
  readonly isZero: boolean;
  readonly isDenormal: boolean;
  readonly value: Real;
}

export function decode(encoding: Encoding, bits: bigint, context: Surroundings): Operand {
  const { fractionBits, special, format } = encoding;
  const sign = Number(bits >> BigInt(encoding.bytes * 8 - 1));
  const exponent = Number(bits >> BigInt(fractionBits)) & special;
  const fraction = BigInt.asUintN(fractionBits, bits);
  const isDenormal = exponent === 0 && fraction !== 0n;
  if (isDenormal && context.denormalsAreZeros) return decode(encoding, zero(encoding, sign), context);
  const isNan = exponent === special && fraction !== 0n;
  const significand = exponent === 0 ? fraction : fraction | (1n << BigInt(fractionBits));
  return {
    bits,
    sign,
    isNan,
    isSignaling: isNan && fraction >> BigInt(fractionBits - 1) === 0n,
    isInfinite: exponent === special && fraction === 0n,
    isZero: exponent === 0 && fraction === 0n,
    isDenormal,
    value: { sign, significand, exponent: Math.max(exponent, 1) - 1 + format.minimumExponent - fractionBits },
  };
}

const signBit = ({ bytes }: Encoding, sign: number): bigint => BigInt(sign) << BigInt(bytes * 8 - 1);

export const zero = signBit;
export function infinity(encoding: Encoding, sign: number): bigint {
  return signBit(encoding, sign) | (BigInt(encoding.special) << BigInt(encoding.fractionBits));
}
const quietBit = ({ fractionBits }: Encoding): bigint => 1n << BigInt(fractionBits - 1);
export const quiet = (encoding: Encoding, { bits }: Operand): bigint => bits | quietBit(encoding);
/** QNaN floating-point indefinite (table 4-3). */
export const indefinite = (encoding: Encoding): bigint => infinity(encoding, 1) | quietBit(encoding);

export function pack(encoding: Encoding, value: Real): bigint {
  const { exponent, significand } = encode(encoding.format, value);
  const fraction = BigInt.asUintN(encoding.fractionBits, significand);
  return signBit(encoding, value.sign) | (BigInt(exponent) << BigInt(encoding.fractionBits)) | fraction;
}

/**
 * Rounds a value other than zero. Tininess is detected after rounding (4.9.1.5). What an unmasked overflow or underflow
 * gives doesn't matter: the instruction has no result then (11.5.3).
 */
export function round(context: Surroundings, encoding: Encoding, value: Real): bigint {
  const { format } = encoding;
  const rounded = quantize(context.rounding, value, magnitude(value) - format.precision + 1);
  const exponent = magnitude(rounded);
  if (exponent < format.minimumExponent) return underflow(context, encoding, value, rounded.inexact);
  if (rounded.inexact) context.raise(Exception.precision);
  return exponent > format.maximumExponent ? overflow(context, encoding, value.sign) : pack(encoding, rounded);
}

function underflow(context: Surroundings, encoding: Encoding, value: Real, inexact: boolean): bigint {
  const { format } = encoding;
  if (context.flushToZero) {
    context.raise(Exception.underflow | Exception.precision);
    return zero(encoding, value.sign);
  }
  if ((context.masks & Exception.underflow) === 0) {
    context.raise(Exception.underflow | (inexact ? Exception.precision : 0));
    return 0n;
  }
  const denormal = quantize(context.rounding, value, format.minimumExponent - format.precision + 1);
  if (denormal.inexact) context.raise(Exception.underflow | Exception.precision);
  return denormal.significand === 0n ? zero(encoding, value.sign) : pack(encoding, denormal);
}

function overflow(context: Surroundings, encoding: Encoding, sign: number): bigint {
  context.raise(Exception.overflow);
  if (context.masks & Exception.overflow) context.raise(Exception.precision);
  const away = context.rounding === Rounding.nearest || context.rounding === (sign ? Rounding.down : Rounding.up);
  // The largest finite number is encoded just below infinity.
  return away ? infinity(encoding, sign) : infinity(encoding, sign) - 1n;
}

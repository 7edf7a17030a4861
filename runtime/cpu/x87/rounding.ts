/** Rounding to a format, with the exceptions that belong to it (Intel SDM vol. 1, 4.8.4, 4.9.1.4-6, 8.5.4-6). */
import { type Context, Exception, extended, type Format, Rounding } from './context.ts';
import { bitLength, type Extended, magnitude, type Real, shiftLeft, zero } from './extended.ts';

/** Added to the exponent of a result that underflows unmasked, taken from one that overflows (8.5.4, 8.5.5). */
const EXPONENT_ADJUST = 24576;

interface Quantized extends Real {
  readonly inexact: boolean;
  /** Rounded away from zero. */
  readonly up: boolean;
}

/** The multiple of 2^exponent that is nearest in the rounding mode's sense. */
export function quantize(rounding: number, value: Real, exponent: number): Quantized {
  const shift = exponent - value.exponent;
  if (shift <= 0) {
    const significand = value.significand << BigInt(-shift);
    return { sign: value.sign, significand, exponent, inexact: false, up: false };
  }
  const whole = value.significand >> BigInt(shift);
  const rest = value.significand - (whole << BigInt(shift));
  const up = rest !== 0n && roundsUp(rounding, value.sign, whole, rest, 1n << BigInt(shift - 1));
  return { sign: value.sign, significand: up ? whole + 1n : whole, exponent, inexact: rest !== 0n, up };
}

function roundsUp(rounding: number, sign: number, whole: bigint, rest: bigint, half: bigint): boolean {
  if (rounding === Rounding.nearest) return rest > half || (rest === half && (whole & 1n) === 1n);
  return rounding === (sign ? Rounding.down : Rounding.up);
}

function settle(context: Context, result: Quantized): Real {
  if (result.inexact) context.raise(Exception.precision);
  context.roundedUp = result.up;
  return result;
}

/**
 * Rounds a value other than zero. An overflow to infinity gives 2^(maximumExponent + 1), whose encoding that is.
 * Tininess is detected after rounding (4.9.1.5).
 */
export function round(context: Context, format: Format, value: Real): Real {
  const quantum = magnitude(value) - format.precision + 1;
  const rounded = quantize(context.rounding, value, quantum);
  const exponent = magnitude(rounded);
  if (exponent < format.minimumExponent) return underflow(context, format, value, rounded);
  if (exponent > format.maximumExponent) return overflow(context, format, rounded);
  return settle(context, rounded);
}

function underflow(context: Context, format: Format, value: Real, rounded: Quantized): Real {
  if (!context.isMasked(Exception.underflow)) {
    context.raise(Exception.underflow);
    return adjust(context, format, settle(context, rounded), EXPONENT_ADJUST);
  }
  const denormal = quantize(context.rounding, value, format.minimumExponent - format.precision + 1);
  if (denormal.inexact) context.raise(Exception.underflow);
  return settle(context, denormal);
}

function overflow(context: Context, format: Format, rounded: Quantized): Real {
  context.raise(Exception.overflow);
  if (!context.isMasked(Exception.overflow)) {
    return adjust(context, format, settle(context, rounded), -EXPONENT_ADJUST);
  }
  const { sign } = rounded;
  const up = context.rounding === Rounding.nearest || context.rounding === (sign ? Rounding.down : Rounding.up);
  const largest = {
    sign,
    significand: (1n << BigInt(format.precision)) - 1n,
    exponent: format.maximumExponent - format.precision + 1,
  };
  const result = up ? { sign, significand: 1n, exponent: format.maximumExponent + 1 } : largest;
  return settle(context, { ...result, inexact: true, up });
}

/** A result that doesn't fit even with its exponent adjusted (FSCALE's may not) becomes 0 or infinity. */
function adjust(context: Context, format: Format, { sign, significand, exponent }: Real, by: number): Real {
  const adjusted = { sign, significand, exponent: exponent + by };
  const reached = magnitude(adjusted);
  if (reached >= format.minimumExponent && reached <= format.maximumExponent) return adjusted;
  context.raise(Exception.precision);
  context.roundedUp = by < 0;
  return { sign, significand: by > 0 ? 0n : 1n, exponent: format.maximumExponent + 1 };
}

/** Encodes a value that fits: biased exponent and significand with its integer bit, both 0-based. */
export function encode(format: Format, value: Real): { exponent: number; significand: bigint } {
  if (value.significand === 0n) return { exponent: 0, significand: 0n };
  const exponent = Math.max(magnitude(value), format.minimumExponent);
  const significand = shiftLeft(value.significand, value.exponent - exponent + format.precision - 1);
  const normal = bitLength(significand) === format.precision;
  return { exponent: normal ? exponent - format.minimumExponent + 1 : 0, significand };
}

/** Encodes a value that has at most 64 bits and fits. */
export function packExtended(value: Real): Extended {
  return { sign: value.sign, ...encode(extended, value) };
}

/** Rounds to a register's format: `format` is `extended`, or the context's when precision control applies. */
export function roundExtended(context: Context, value: Real, format: Format = extended): Extended {
  if (value.significand === 0n) return zero(value.sign);
  return packExtended(round(context, format, value));
}

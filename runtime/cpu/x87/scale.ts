/** FRNDINT, FSCALE, FXTRACT: work on exponents (Intel SDM vol. 2, the tables of results of each). */
import { type Context, Exception, Rounding } from './context.ts';
import { BIAS, type Extended, infinity, isInfinite, isZero, magnitude, type Real, toReal, zero } from './extended.ts';
import { invalid, noteDenormals, specialResult } from './operands.ts';
import { packExtended, quantize, roundExtended } from './rounding.ts';

/** From here on every number is an integer. */
const INTEGERS = BIAS + 63;

export function roundToInteger(context: Context, operand: Extended): Extended {
  const special = specialResult(context, operand);
  if (special) return special;
  noteDenormals(context, operand);
  if (isZero(operand) || operand.exponent >= INTEGERS) return operand;
  const result = quantize(context.rounding, toReal(operand), 0);
  if (result.inexact) context.raise(Exception.precision);
  context.roundedUp = result.up;
  return packExtended(result);
}

/** ST(0) x 2^(ST(1) without its fraction). */
export function scale(context: Context, operand: Extended, by: Extended): Extended {
  const special = specialResult(context, operand, by);
  if (special) return special;
  if (isInfinite(by)) return scaleByInfinity(context, operand, by);
  noteDenormals(context, operand, by);
  if (isZero(operand) || isInfinite(operand)) return operand;
  const value = toReal(operand);
  return roundExtended(context, { ...value, exponent: value.exponent + exponentOf(by) });
}

function scaleByInfinity(context: Context, operand: Extended, by: Extended): Extended {
  if (by.sign ? isInfinite(operand) : isZero(operand)) return invalid(context);
  noteDenormals(context, operand);
  return by.sign ? zero(operand.sign) : infinity(operand.sign);
}

/** Beyond this a result overflows or underflows whatever the operand, even with an adjusted exponent. */
const LARGEST_SCALE = 1 << 17;

function exponentOf(by: Extended): number {
  if (by.exponent > BIAS + 17) return by.sign ? -LARGEST_SCALE : LARGEST_SCALE;
  const { significand } = quantize(Rounding.towardZero, toReal(by), 0);
  return by.sign ? -Number(significand) : Number(significand);
}

/** The exponent as a number, and the significand with exponent 0 and the operand's sign. */
export function extract(context: Context, operand: Extended): { exponent: Extended; significand: Extended } {
  const special = specialResult(context, operand);
  if (special) return { exponent: special, significand: special };
  if (isInfinite(operand)) return { exponent: infinity(0), significand: operand };
  if (isZero(operand)) {
    context.raise(Exception.zeroDivide);
    return { exponent: infinity(1), significand: operand };
  }
  noteDenormals(context, operand);
  const value = toReal(operand);
  const exponent = magnitude(value);
  const significand: Real = { ...value, exponent: value.exponent - exponent };
  return { exponent: integer(exponent), significand: packExtended(significand) };
}

function integer(value: number): Extended {
  return packExtended({ sign: value < 0 ? 1 : 0, significand: BigInt(Math.abs(value)), exponent: 0 });
}

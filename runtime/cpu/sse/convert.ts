/** Conversions of one number (Intel SDM vol. 1, 11.4.1.6; vol. 2, CVTSD2SI and its like). */
import { Exception, Rounding } from '../x87/context.ts';
import { quantize } from '../x87/rounding.ts';
import { noteDenormals } from './arithmetic.ts';
import { decode, doubles, type Encoding, infinity, round, type Surroundings, singles, zero } from './number.ts';

export type Conversion = (context: Surroundings, bits: bigint) => bigint;

const INTEGER_INDEFINITE = 0x80000000n;

const toInteger =
  (encoding: Encoding, truncates: boolean): Conversion =>
  (context, bits) => {
    const x = decode(encoding, bits, context);
    const rounding = truncates ? Rounding.towardZero : context.rounding;
    const rounded = x.isNan || x.isInfinite ? undefined : quantize(rounding, x.value, 0);
    const integer = rounded && (x.sign ? -rounded.significand : rounded.significand);
    if (integer === undefined || integer !== BigInt.asIntN(32, integer)) {
      context.raise(Exception.invalid);
      return INTEGER_INDEFINITE;
    }
    if (rounded?.inexact) context.raise(Exception.precision);
    return BigInt.asUintN(32, integer);
  };

const fromInteger =
  (encoding: Encoding): Conversion =>
  (context, bits) => {
    const integer = BigInt.asIntN(32, bits);
    if (integer === 0n) return 0n;
    const sign = integer < 0n ? 1 : 0;
    return round(context, encoding, { sign, significand: sign ? -integer : integer, exponent: 0 });
  };

/** Between the formats of reals. A NaN keeps the upper bits of its fraction. */
const between =
  (from: Encoding, to: Encoding): Conversion =>
  (context, bits) => {
    const x = decode(from, bits, context);
    if (x.isSignaling) context.raise(Exception.invalid);
    if (x.isNan) {
      const shift = BigInt(to.fractionBits - from.fractionBits);
      const fraction = BigInt.asUintN(from.fractionBits, bits) | (1n << BigInt(from.fractionBits - 1));
      return infinity(to, x.sign) | (shift > 0n ? fraction << shift : fraction >> -shift);
    }
    noteDenormals(context, x);
    if (x.isInfinite) return infinity(to, x.sign);
    return x.isZero ? zero(to, x.sign) : round(context, to, x.value);
  };

export const singleToInteger = toInteger(singles, false);
export const singleTruncated = toInteger(singles, true);
export const doubleToInteger = toInteger(doubles, false);
export const doubleTruncated = toInteger(doubles, true);
export const integerToSingle = fromInteger(singles);
export const integerToDouble = fromInteger(doubles);
export const singleToDouble = between(singles, doubles);
export const doubleToSingle = between(doubles, singles);

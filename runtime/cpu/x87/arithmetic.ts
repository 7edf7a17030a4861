/** FADD, FSUB, FMUL, FDIV, FSQRT (Intel SDM vol. 2, the tables of results of each). */
import { type Context, Exception, Rounding } from './context.ts';
import { bitLength, type Extended, infinity, isInfinite, isZero, negate, type Real, toReal, zero } from './extended.ts';
import { invalid, noteDenormals, specialResult } from './operands.ts';
import { roundExtended } from './rounding.ts';

/** An operation on ST(0) and another operand. */
export type Binary = (context: Context, left: Extended, right: Extended) => Extended;

export const add: Binary = (context, left, right) =>
  specialResult(context, left, right) ?? addNumbers(context, left, right);

export const subtract: Binary = (context, left, right) =>
  specialResult(context, left, right) ?? addNumbers(context, left, negate(right));

export const subtractReversed: Binary = (context, left, right) => subtract(context, right, left);
export const divideReversed: Binary = (context, left, right) => divide(context, right, left);

function addNumbers(context: Context, left: Extended, right: Extended): Extended {
  if (isInfinite(left) && isInfinite(right) && left.sign !== right.sign) return invalid(context);
  noteDenormals(context, left, right);
  if (isInfinite(left)) return left;
  if (isInfinite(right)) return right;
  const sum = addReals(toReal(left), toReal(right));
  if (sum.significand !== 0n) return roundExtended(context, sum, context.controlled);
  if (left.sign === right.sign) return zero(left.sign);
  return zero(context.rounding === Rounding.down ? 1 : 0);
}

const signed = (value: Real, exponent: number): bigint => {
  const scaled = value.significand << BigInt(value.exponent - exponent);
  return value.sign ? -scaled : scaled;
};

/** The exact sum; the sign of a zero is left to the caller. */
export function addReals(left: Real, right: Real): Real {
  const exponent = Math.min(left.exponent, right.exponent);
  const sum = signed(left, exponent) + signed(right, exponent);
  return { sign: sum < 0n ? 1 : 0, significand: sum < 0n ? -sum : sum, exponent };
}

export const multiply: Binary = (context, left, right) => {
  const special = specialResult(context, left, right);
  if (special) return special;
  const sign = left.sign ^ right.sign;
  const infinite = isInfinite(left) || isInfinite(right);
  if (infinite && (isZero(left) || isZero(right))) return invalid(context);
  noteDenormals(context, left, right);
  if (infinite) return infinity(sign);
  const [x, y] = [toReal(left), toReal(right)];
  const product = { sign, significand: x.significand * y.significand, exponent: x.exponent + y.exponent };
  return roundExtended(context, product, context.controlled);
};

export const divide: Binary = (context, left, right) => {
  const special = specialResult(context, left, right);
  if (special) return special;
  const sign = left.sign ^ right.sign;
  if (isInfinite(left) && isInfinite(right)) return invalid(context);
  if (isZero(right) && !isInfinite(left)) return divideByZero(context, left, sign);
  noteDenormals(context, left, right);
  if (isInfinite(left)) return infinity(sign);
  if (isInfinite(right)) return zero(sign);
  return roundExtended(context, { ...divideReals(toReal(left), toReal(right), 66), sign }, context.controlled);
};

function divideByZero(context: Context, left: Extended, sign: number): Extended {
  if (isZero(left)) return invalid(context);
  context.raise(Exception.zeroDivide);
  return infinity(sign);
}

/** The quotient with at least `bits` bits; the lowest one is set if anything was lost, so that it rounds rightly. */
export function divideReals(left: Real, right: Real, bits: number): Real {
  const shift = bits + bitLength(right.significand);
  const dividend = left.significand << BigInt(shift);
  const quotient = dividend / right.significand;
  const lost = quotient * right.significand !== dividend;
  return {
    sign: left.sign ^ right.sign,
    significand: lost ? quotient | 1n : quotient,
    exponent: left.exponent - right.exponent - shift,
  };
}

export function squareRoot(context: Context, operand: Extended): Extended {
  const special = specialResult(context, operand);
  if (special) return special;
  if (isZero(operand)) return operand;
  if (operand.sign) return invalid(context);
  noteDenormals(context, operand);
  if (isInfinite(operand)) return operand;
  return roundExtended(context, squareRootReal(toReal(operand)), context.controlled);
}

/** The root with at least 70 bits, the lowest one set if anything was lost. */
export function squareRootReal(value: Real): Real {
  const shift = 140 + (value.exponent & 1);
  const radicand = value.significand << BigInt(shift);
  const root = integerSquareRoot(radicand);
  const significand = root * root === radicand ? root : root | 1n;
  return { sign: 0, significand, exponent: (value.exponent - shift) / 2 };
}

/** Floor of the square root, by Newton's iteration from above. */
export function integerSquareRoot(value: bigint): bigint {
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

import { Vector } from '../abi/faults.ts';
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder, Size } from './lifter.ts';

/** Writes a double-width result: AX for bytes, DX:AX or EDX:EAX. */
function setPair(b: LiftBuilder, size: Size, low: Value, high: Value): void {
  if (size === 1) {
    b.setSized(Word.eax, 2, b.or(b.zeroExtend(low, 1), b.shl(high, 8)));
    return;
  }
  b.setSized(Word.eax, size, low);
  b.setSized(Word.edx, size, high);
}

/** SF, ZF and PF are undefined after a multiplication; they are those of the low half, as on the P6 family. */
function setProductFlags(b: LiftBuilder, size: Size, low: Value, wide: Value): void {
  const overflow = b.let(wide);
  b.flags.afterOther(size, low, overflow, overflow);
}

export const mul: Lift = (b) => {
  const size = b.size(0);
  const left = b.let(b.getSized(Word.eax, size));
  const right = b.let(b.read(0));
  const low = b.let(b.mul(left, right));
  const high = b.let(size === 4 ? b.call('multiplyHighUnsigned', left, right) : b.shr(low, size * 8));
  setPair(b, size, low, high);
  setProductFlags(b, size, low, b.notEqual(high, 0));
};

/** Low 32 bits of a signed product, and whether it needs more bits than the operands have. */
function signedProduct(
  b: LiftBuilder,
  size: Size,
  left: Value,
  right: Value,
): { low: Value; high: Value; wide: Value } {
  const low = b.let(b.mul(left, right));
  if (size === 4) {
    const high = b.let(b.call('multiplyHighSigned', left, right));
    return { low, high, wide: b.notEqual(high, b.sar(low, 31)) };
  }
  return { low, high: b.sar(low, size * 8), wide: b.notEqual(b.signExtend(low, size), low) };
}

export const imul1: Lift = (b) => {
  const size = b.size(0);
  const left = b.let(b.signExtend(b.get(Word.eax), size));
  const { low, high, wide } = signedProduct(b, size, left, b.let(b.readSigned(0)));
  setPair(b, size, low, high);
  setProductFlags(b, size, low, wide);
};

/** Operand 0 gets the product of two others. */
function multiplyInto(leftOperand: number, rightOperand: number): Lift {
  return (b) => {
    const left = b.let(b.readSigned(leftOperand));
    const right = b.let(b.readSigned(rightOperand));
    const { low, wide } = signedProduct(b, b.operandSize, left, right);
    b.write(0, low);
    setProductFlags(b, b.operandSize, low, wide);
  };
}

export const imul2: Lift = multiplyInto(0, 1);
export const imul3: Lift = multiplyInto(1, 2);

/** The dividend's halves as a pair of 32-bit values: AX, DX:AX or EDX:EAX, the first two extended by `extend`. */
function dividend(b: LiftBuilder, size: Size): Value {
  const low = b.getSized(Word.eax, size === 1 ? 2 : size);
  return b.let(size === 2 ? b.or(low, b.shl(b.get(Word.edx), 16)) : low);
}

/** Quotient to AL, AX or EAX, remainder to AH, DX or EDX. */
function setQuotient(b: LiftBuilder, size: Size, quotient: Value, low: Value, divisor: Value): void {
  setPair(b, size, quotient, b.let(b.sub(low, b.mul(quotient, divisor))));
}

export const div: Lift = (b) => {
  const size = b.size(0);
  const divisor = b.let(b.read(0));
  const low = dividend(b, size);
  const high = b.let(size === 1 ? b.shr(low, 8) : b.getSized(Word.edx, size));
  // Holds for a divisor of 0 too.
  b.faultIf(b.lessOrEqualUnsigned(divisor, high), Vector.divideError);
  const quotient = b.let(b.call('divideUnsigned', size === 4 ? high : 0, low, divisor));
  setQuotient(b, size, quotient, low, divisor);
};

export const idiv: Lift = (b) => {
  const size = b.size(0);
  const divisor = b.let(b.readSigned(0));
  const low = b.let(size === 1 ? b.signExtend(dividend(b, size), 2) : dividend(b, size));
  if (size === 4) {
    const high = b.get(Word.edx);
    b.faultIf(b.call('divideOverflowSigned', high, low, divisor), Vector.divideError);
    setQuotient(b, size, b.let(b.call('divideSigned', high, low, divisor)), low, divisor);
    return;
  }
  b.faultIf(b.equal(divisor, 0), Vector.divideError);
  const quotient = b.let(b.call('divideSigned', b.sar(low, 31), low, divisor));
  b.faultIf(b.notEqual(b.signExtend(quotient, size), quotient), Vector.divideError);
  setQuotient(b, size, quotient, low, divisor);
};

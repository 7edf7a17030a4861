import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder, Size } from './lifter.ts';

const CARRY = 2;

/** Counts are taken modulo 32 for every operand size (Intel SDM vol. 2, SAL/SAR/SHL/SHR). */
function countOf(b: LiftBuilder, operand: number): Value {
  return b.let(b.and(b.read(operand), 31));
}

/** Bit `number` of a value: 0 or 1. */
function bit(b: LiftBuilder, value: Value, number: Value | number): Value {
  return b.and(b.shr(value, number), 1);
}

function signBit(b: LiftBuilder, value: Value, size: Size): Value {
  return bit(b, value, size * 8 - 1);
}

interface Shift {
  /** The operand as it goes into the shift: zero- or sign-extended. */
  readonly extend: (b: LiftBuilder, value: Value, size: Size) => Value;
  readonly result: (b: LiftBuilder, value: Value, count: Value) => Value;
  /** The last bit shifted out; the count is not 0. */
  readonly carry: (b: LiftBuilder, value: Value, count: Value, size: Size) => Value;
  /**
   * The change of sign by the last single step: what processors give also for counts above 1, where OF is undefined.
   * `last` is the operand before that step.
   */
  readonly overflow: (b: LiftBuilder, result: Value, carry: Value, last: Value, size: Size) => Value;
}

/** The result is stored whatever the count, flags change unless it is 0. */
function shift({ extend, result, carry, overflow }: Shift): Lift {
  return (b) => {
    const size = b.size(0);
    const count = countOf(b, 1);
    const value = b.let(extend(b, b.readToModify(0), size));
    const shifted = b.let(result(b, value, count));
    b.write(0, shifted);
    b.when(b.notEqual(count, 0), () => {
      const out = b.let(carry(b, value, count, size));
      const last = result(b, value, b.sub(count, 1));
      b.flags.afterOther(size, shifted, out, overflow(b, shifted, out, last, size));
    });
  };
}

const zeroExtended: Shift['extend'] = (_b, value) => value;

export const shl: Lift = shift({
  extend: zeroExtended,
  result: (b, value, count) => b.shl(value, count),
  carry: (b, value, count, size) =>
    size === 4 ? bit(b, value, b.sub(32, count)) : bit(b, b.shl(value, count), size * 8),
  overflow: (b, result, carry, _last, size) => b.xor(signBit(b, result, size), carry),
});

export const shr: Lift = shift({
  extend: zeroExtended,
  result: (b, value, count) => b.shr(value, count),
  carry: (b, value, count) => bit(b, value, b.sub(count, 1)),
  overflow: (b, _result, _carry, last, size) => signBit(b, last, size),
});

export const sar: Lift = shift({
  extend: (b, value, size) => b.signExtend(value, size),
  result: (b, value, count) => b.sar(value, count),
  carry: (b, value, count) => b.and(b.sar(value, b.sub(count, 1)), 1),
  overflow: (b) => b.constant(0),
});

type Rotation = (b: LiftBuilder, value: Value, count: Value, bits: number) => Value;

/** A count of 0 shifts the other half by 32, which in JavaScript is by 0 too: both halves are then the value itself. */
const left: Rotation = (b, value, count, bits) => b.or(b.shl(value, count), b.shr(value, b.sub(bits, count)));
const right: Rotation = (b, value, count, bits) => b.or(b.shr(value, count), b.shl(value, b.sub(bits, count)));

type Carry = (b: LiftBuilder, result: Value, size: Size) => Value;
/** OF after a rotation: the change of sign by its last step, seen in the result. */
type Overflow = (b: LiftBuilder, result: Value, carry: Value, size: Size) => Value;

const overflowLeft: Overflow = (b, result, carry, size) => b.xor(signBit(b, result, size), carry);
const overflowRight: Overflow = (b, result, _carry, size) =>
  b.xor(signBit(b, result, size), bit(b, result, size * 8 - 2));

/** CF and OF change unless the count is 0, also where it is a multiple of the operand's bits. */
function rotate(rotation: Rotation, carry: Carry, overflow: Overflow): Lift {
  return (b) => {
    const size = b.size(0);
    const bits = size * 8;
    const count = countOf(b, 1);
    const result = b.let(rotation(b, b.let(b.readToModify(0)), b.let(b.and(count, bits - 1)), bits));
    b.write(0, result);
    b.when(b.notEqual(count, 0), () => {
      const out = b.let(carry(b, result, size));
      b.flags.setCarryOverflow(out, overflow(b, result, out, size));
    });
  };
}

export const rol: Lift = rotate(left, (b, result) => b.and(result, 1), overflowLeft);
export const ror: Lift = rotate(right, signBit, overflowRight);

/** Result of a rotation through CF, and its carry, which tells nothing where the count is 0. */
type CarryRotation = (b: LiftBuilder, value: Value, carry: Value, count: Value) => { result: Value; carry: Value };

/** 8 and 16 bits: a rotation of 9 or 17, CF being the bit above the operand's. */
function narrow(rotation: Rotation, size: 1 | 2): CarryRotation {
  return (b, value, carry, count) => {
    const bits = size * 8 + 1;
    const wide = b.let(b.or(value, b.shl(carry, size * 8)));
    const result = b.let(rotation(b, wide, remainder(b, count, bits), bits));
    return { result, carry: bit(b, result, size * 8) };
  };
}

/** count modulo 9 or 17, for counts of 0-31, by a multiplication with the reciprocal. */
function remainder(b: LiftBuilder, count: Value, divisor: number): Value {
  const quotient = b.shr(b.mul(count, Math.ceil(512 / divisor)), 9);
  return b.let(b.sub(count, b.mul(quotient, divisor)));
}

/** A count of 0 would shift by 32, which in JavaScript is by 0. */
function ifCounted(b: LiftBuilder, count: Value, rotated: Value, value: Value): Value {
  return b.select(b.notEqual(count, 0), rotated, value);
}

const fullLeft: CarryRotation = (b, value, carry, count) => {
  const rest = b.let(b.sub(32, count));
  const low = b.or(b.shl(carry, b.sub(count, 1)), b.shr(b.shr(value, 1), rest));
  return { result: ifCounted(b, count, b.or(b.shl(value, count), low), value), carry: bit(b, value, rest) };
};

const fullRight: CarryRotation = (b, value, carry, count) => {
  const rest = b.let(b.sub(32, count));
  const high = b.or(b.shl(carry, rest), b.shl(b.shl(value, 1), rest));
  return { result: ifCounted(b, count, b.or(b.shr(value, count), high), value), carry: bit(b, value, b.sub(count, 1)) };
};

function rotateThroughCarry(rotation: Rotation, full: CarryRotation, overflow: Overflow): Lift {
  return (b) => {
    const size = b.size(0);
    const count = countOf(b, 1);
    const value = b.let(b.readToModify(0));
    const rotated = (size === 4 ? full : narrow(rotation, size))(b, value, b.let(b.condition(CARRY)), count);
    const result = b.let(rotated.result);
    b.write(0, result);
    b.when(b.notEqual(count, 0), () => {
      const carry = b.let(rotated.carry);
      b.flags.setCarryOverflow(carry, overflow(b, result, carry, size));
    });
  };
}

export const rcl: Lift = rotateThroughCarry(left, fullLeft, overflowLeft);
export const rcr: Lift = rotateThroughCarry(right, fullRight, overflowRight);

/** Result and last bit shifted out; `wide` holds two operands of 16 bits, or one of 32 with `other` beside it. */
interface DoubleShift {
  readonly full: (b: LiftBuilder, value: Value, other: Value, count: Value) => Value;
  readonly narrow: (b: LiftBuilder, value: Value, other: Value, count: Value) => Value;
  readonly carry: (b: LiftBuilder, value: Value, other: Value, count: Value, size: Size) => Value;
  readonly overflow: Overflow;
}

function doubleShift({ full, narrow, carry, overflow }: DoubleShift): Lift {
  return (b) => {
    const size = b.size(0);
    const count = countOf(b, 2);
    const value = b.let(b.readToModify(0));
    const other = b.let(b.read(1));
    const result = b.let((size === 4 ? full : narrow)(b, value, other, count));
    b.write(0, result);
    b.when(b.notEqual(count, 0), () => {
      const out = b.let(carry(b, value, other, count, size));
      b.flags.afterOther(size, result, out, overflow(b, result, out, size));
    });
  };
}

/** By more than 16 a 16-bit operand is undefined; processors shift the first operand in once more (d:s:d). */
export const shld: Lift = doubleShift({
  full: (b, value, other, count) => b.or(b.shl(value, count), b.shr(b.shr(other, 1), b.sub(31, count))),
  narrow: (b, value, other, count) => {
    const wide = b.let(b.or(b.shl(value, 16), other));
    const again = b.shr(b.shr(b.shl(value, 16), 1), b.sub(31, count));
    return b.shr(b.or(b.shl(wide, count), again), 16);
  },
  carry: (b, value, other, count, size) => bit(b, size === 4 ? value : b.or(b.shl(value, 16), other), b.sub(32, count)),
  overflow: overflowLeft,
});

export const shrd: Lift = doubleShift({
  full: (b, value, other, count) => b.or(b.shr(value, count), b.shl(b.shl(other, 1), b.sub(31, count))),
  narrow: (b, value, other, count) => {
    const wide = b.let(b.or(b.shl(other, 16), value));
    return b.or(b.shr(wide, count), b.shl(b.shl(value, 1), b.sub(31, count)));
  },
  carry: (b, value, other, count, size) => bit(b, size === 4 ? value : b.or(b.shl(other, 16), value), b.sub(count, 1)),
  overflow: overflowRight,
});

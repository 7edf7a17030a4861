import type { Value } from '../ir/value.ts';
import type { FlagsBuilder, Lift, LiftBuilder, Size } from './lifter.ts';

type Combine = (b: LiftBuilder, left: Value, right: Value) => Value;
type SetFlags = (flags: FlagsBuilder, size: Size, left: Value, right: Value, result: Value) => void;

const CARRY = 2;

/** Operands 0 and 1 combined, into operand 0 or only into the flags. */
function binary(combine: Combine, setFlags: SetFlags, into: 'first' | 'flags'): Lift {
  return (b) => {
    const left = b.let(into === 'first' ? b.readToModify(0) : b.read(0));
    const right = b.let(b.read(1));
    const result = b.let(combine(b, left, right));
    if (into === 'first') b.write(0, result);
    setFlags(b.flags, b.size(0), left, right, result);
  };
}

const afterAdd: SetFlags = (flags, ...args) => flags.afterAdd(...args);
const afterAddCarry: SetFlags = (flags, ...args) => flags.afterAddCarry(...args);
const afterSub: SetFlags = (flags, ...args) => flags.afterSub(...args);
const afterSubBorrow: SetFlags = (flags, ...args) => flags.afterSubBorrow(...args);
const afterLogic: SetFlags = (flags, size, _left, _right, result) => flags.afterLogic(size, result);

const difference: Combine = (b, left, right) => b.sub(left, right);
const conjunction: Combine = (b, left, right) => b.and(left, right);

export const add: Lift = binary((b, left, right) => b.add(left, right), afterAdd, 'first');
export const or: Lift = binary((b, left, right) => b.or(left, right), afterLogic, 'first');
export const adc: Lift = binary(
  (b, left, right) => b.add(b.add(left, right), b.condition(CARRY)),
  afterAddCarry,
  'first',
);
export const sbb: Lift = binary(
  (b, left, right) => b.sub(b.sub(left, right), b.condition(CARRY)),
  afterSubBorrow,
  'first',
);
export const and: Lift = binary(conjunction, afterLogic, 'first');
export const sub: Lift = binary(difference, afterSub, 'first');
export const xor: Lift = binary((b, left, right) => b.xor(left, right), afterLogic, 'first');
export const cmp: Lift = binary(difference, afterSub, 'flags');
export const test: Lift = binary(conjunction, afterLogic, 'flags');

export const inc: Lift = (b) => {
  const result = b.let(b.add(b.readToModify(0), 1));
  b.write(0, result);
  b.flags.afterIncrement(b.size(0), result);
};

export const dec: Lift = (b) => {
  const result = b.let(b.sub(b.readToModify(0), 1));
  b.write(0, result);
  b.flags.afterDecrement(b.size(0), result);
};

export const neg: Lift = (b) => {
  const right = b.let(b.readToModify(0));
  const result = b.let(b.sub(0, right));
  b.write(0, result);
  b.flags.afterSub(b.size(0), 0, right, result);
};

export const not: Lift = (b) => b.write(0, b.xor(b.readToModify(0), -1));

import { Vector } from '../abi/faults.ts';
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder } from './lifter.ts';

const CARRY = 2;

/** 1 if the low digit of AL is above 9 or AF is set: it needs the correction by 6. */
function lowDigitCorrection(b: LiftBuilder, al: Value): Value {
  const auxiliary = b.and(b.shr(b.flags.image(), 4), 1);
  return b.let(b.or(b.less(9, b.and(al, 0xf)), auxiliary));
}

type Adjust = (b: LiftBuilder, al: Value, correction: Value) => Value;
/** CF beyond that of the high digit's correction. */
type Borrow = (b: LiftBuilder, al: Value, low: Value) => Value;

/** DAA and DAS (Intel SDM vol. 2): both digits corrected at once. */
function decimalAdjust(adjust: Adjust, borrow: Borrow): Lift {
  return (b) => {
    const al = b.let(b.getSized(Word.eax, 1));
    const low = lowDigitCorrection(b, al);
    const high = b.let(b.or(b.less(0x99, al), b.condition(CARRY)));
    const result = b.let(b.zeroExtend(adjust(b, al, b.add(b.mul(low, 6), b.mul(high, 0x60))), 1));
    b.setSized(Word.eax, 1, result);
    b.flags.afterOther(1, result, b.or(high, borrow(b, al, low)), 0, low);
  };
}

export const daa: Lift = decimalAdjust(
  (b, al, correction) => b.add(al, correction),
  (b) => b.constant(0),
);
export const das: Lift = decimalAdjust(
  (b, al, correction) => b.sub(al, correction),
  (b, al, low) => b.and(low, b.less(al, 6)),
);

/** AAA and AAS: AX is changed as a whole, then AL keeps its low digit. */
function asciiAdjust(correction: number): Lift {
  return (b) => {
    const ax = b.let(b.getSized(Word.eax, 2));
    const adjust = lowDigitCorrection(b, ax);
    const result = b.let(b.and(b.add(ax, b.mul(adjust, correction)), 0xff0f));
    b.setSized(Word.eax, 2, result);
    b.flags.afterOther(1, result, adjust, 0, adjust);
  };
}

export const aaa: Lift = asciiAdjust(0x106);
export const aas: Lift = asciiAdjust(-0x106);

export const aam: Lift = (b) => {
  const base = b.read(0);
  const al = b.let(b.getSized(Word.eax, 1));
  b.faultIf(b.equal(base, 0), Vector.divideError);
  const quotient = b.let(b.call('divideUnsigned', 0, al, base));
  const remainder = b.let(b.sub(al, b.mul(quotient, base)));
  b.setSized(Word.eax, 2, b.or(b.shl(quotient, 8), remainder));
  b.flags.afterOther(1, remainder, 0, 0);
};

export const aad: Lift = (b) => {
  const ax = b.let(b.getSized(Word.eax, 2));
  const result = b.let(b.zeroExtend(b.add(ax, b.mul(b.shr(ax, 8), b.read(0))), 1));
  b.setSized(Word.eax, 2, result);
  b.flags.afterOther(1, result, 0, 0);
};

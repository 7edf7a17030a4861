/** Arithmetic, logic, comparisons and shifts of packed integers, a word at a time (Intel SDM vol. 1, 9.4 and 11.4.2). */
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { type RegisterFile, readRegister, readSource, writeRegister } from './simd.ts';

/** From a word of the destination and one of the source to one of the result. Both are names. */
type Wordwise = (b: LiftBuilder, x: Value, y: Value) => Value;
/** From all words to all words. */
export type Packed = (b: LiftBuilder, x: readonly Value[], y: readonly Value[]) => readonly Operand[];

/** An instruction of a destination register and a source. */
export function packed(file: RegisterFile, compute: Packed): Lift {
  return (b) => {
    const source = readSource(b, file);
    const results = compute(b, readRegister(b, file, 'reg'), source).map((value) => b.let(value));
    writeRegister(b, file, 'reg', results);
  };
}

export const wordwise =
  (compute: Wordwise): Packed =>
  (b, x, y) =>
    x.map((word, n) => compute(b, word, y[n]));

/** Lanes of 8 or 16 bits of a word: masks of their highest bits, their lowest bits, and all but the highest. */
export interface Lanes {
  readonly bits: 8 | 16;
  readonly high: number;
  readonly low: number;
  readonly rest: number;
}
export const bytes: Lanes = { bits: 8, high: 0x80808080 | 0, low: 0x01010101, rest: 0x7f7f7f7f };
export const halves: Lanes = { bits: 16, high: 0x80008000 | 0, low: 0x00010001, rest: 0x7fff7fff };

export const not = (b: LiftBuilder, x: Operand): Value => b.xor(x, -1);

/** Sums of lanes: carries stop below the highest bit, which is added without one. */
export const laneAdd = (b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value =>
  b.let(b.xor(b.add(b.and(x, lanes.rest), b.and(y, lanes.rest)), b.and(b.xor(x, y), lanes.high)));

export const laneSub = (b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value =>
  b.let(b.xor(b.sub(b.or(x, lanes.high), b.and(y, lanes.rest)), b.and(b.xor(x, not(b, y)), lanes.high)));

/** All ones in the lanes whose highest bit is set. */
export function spread(b: LiftBuilder, lanes: Lanes, x: Operand): Value {
  const high = b.let(b.and(x, lanes.high));
  return b.let(b.or(b.sub(high, b.shr(high, lanes.bits - 1)), high));
}

export const choose = (b: LiftBuilder, mask: Value, whenSet: Operand, whenClear: Operand): Value =>
  b.or(b.and(mask, whenSet), b.and(not(b, mask), whenClear));

function addUnsigned(b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value {
  const sum = laneAdd(b, lanes, x, y);
  const carries = b.or(b.and(x, y), b.and(b.or(x, y), not(b, sum)));
  return b.or(sum, spread(b, lanes, carries));
}

function borrows(b: LiftBuilder, x: Value, y: Value, difference: Value): Value {
  return b.or(b.and(not(b, x), y), b.and(b.or(not(b, x), y), difference));
}

function subUnsigned(b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value {
  const difference = laneSub(b, lanes, x, y);
  return b.and(difference, not(b, spread(b, lanes, borrows(b, x, y, difference))));
}

/** The value of a sum that overflows: the largest or the smallest number, by the sign of x. */
const saturated = (b: LiftBuilder, lanes: Lanes, x: Value): Value =>
  b.add(b.and(b.shr(x, lanes.bits - 1), lanes.low), lanes.rest);

export function addSigned(b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value {
  const sum = laneAdd(b, lanes, x, y);
  const overflow = spread(b, lanes, b.and(not(b, b.xor(x, y)), b.xor(x, sum)));
  return choose(b, overflow, saturated(b, lanes, x), sum);
}

export function subSigned(b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value {
  const difference = laneSub(b, lanes, x, y);
  const overflow = spread(b, lanes, b.and(b.xor(x, y), b.xor(x, difference)));
  return choose(b, overflow, saturated(b, lanes, x), difference);
}

/** All ones where x and y are equal: the sum of a lane's lower bits and all ones carries if any of them is set. */
export function laneEqual(b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value {
  const difference = b.let(b.xor(x, y));
  const isOther = b.or(b.add(b.and(difference, lanes.rest), lanes.rest), difference);
  return spread(b, lanes, not(b, isOther));
}

export function greaterUnsigned(b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value {
  return spread(b, lanes, borrows(b, y, x, laneSub(b, lanes, y, x)));
}

export function greaterSigned(b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value {
  return greaterUnsigned(b, lanes, b.let(b.xor(x, lanes.high)), b.let(b.xor(y, lanes.high)));
}

/** Rounded up: the sum is (x | y) * 2 - (x ^ y). */
function average(b: LiftBuilder, lanes: Lanes, x: Value, y: Value): Value {
  const half = b.and(b.shr(b.xor(x, y), 1), lanes.rest);
  return laneSub(b, lanes, b.let(b.or(x, y)), b.let(half));
}

export type LaneOperation = (b: LiftBuilder, lanes: Lanes, x: Value, y: Value) => Value;
export const of = (lanes: Lanes, operation: LaneOperation): Packed => wordwise((b, x, y) => operation(b, lanes, x, y));

export const paddb = of(bytes, laneAdd);
export const paddw = of(halves, laneAdd);
export const paddd = wordwise((b, x, y) => b.add(x, y));
export const psubb = of(bytes, laneSub);
export const psubw = of(halves, laneSub);
export const psubd = wordwise((b, x, y) => b.sub(x, y));
export const paddsb = of(bytes, addSigned);
export const paddsw = of(halves, addSigned);
export const paddusb = of(bytes, addUnsigned);
export const paddusw = of(halves, addUnsigned);
export const psubsb = of(bytes, subSigned);
export const psubsw = of(halves, subSigned);
export const psubusb = of(bytes, subUnsigned);
export const psubusw = of(halves, subUnsigned);
export const pavgb = of(bytes, average);
export const pavgw = of(halves, average);
export const pcmpeqb = of(bytes, laneEqual);
export const pcmpeqw = of(halves, laneEqual);
export const pcmpeqd = wordwise((b, x, y) => b.sub(0, b.equal(x, y)));
export const pcmpgtb = of(bytes, greaterSigned);
export const pcmpgtw = of(halves, greaterSigned);
export const pcmpgtd = wordwise((b, x, y) => b.sub(0, b.less(y, x)));
export const pmaxub = of(bytes, (b, lanes, x, y) => choose(b, greaterUnsigned(b, lanes, x, y), x, y));
export const pminub = of(bytes, (b, lanes, x, y) => choose(b, greaterUnsigned(b, lanes, x, y), y, x));
export const pmaxsw = of(halves, (b, lanes, x, y) => choose(b, greaterSigned(b, lanes, x, y), x, y));
export const pminsw = of(halves, (b, lanes, x, y) => choose(b, greaterSigned(b, lanes, x, y), y, x));

export const pand = wordwise((b, x, y) => b.and(x, y));
export const pandn = wordwise((b, x, y) => b.and(not(b, x), y));
export const por = wordwise((b, x, y) => b.or(x, y));
export const pxor = wordwise((b, x, y) => b.xor(x, y));

// Products of halves.

export const lowSigned = (b: LiftBuilder, x: Value): Value => b.sar(b.shl(x, 16), 16);
export const highSigned = (b: LiftBuilder, x: Value): Value => b.sar(x, 16);
const lowUnsigned = (b: LiftBuilder, x: Value): Value => b.and(x, 0xffff);
const highUnsigned = (b: LiftBuilder, x: Value): Value => b.shr(x, 16);
export const upper = -0x10000;

export const pmullw = wordwise((b, x, y) =>
  b.or(b.and(b.mul(x, y), 0xffff), b.shl(b.mul(highSigned(b, x), highSigned(b, y)), 16)),
);
export const pmulhw = wordwise((b, x, y) => {
  const low = b.mul(lowSigned(b, x), lowSigned(b, y));
  return b.or(b.shr(low, 16), b.and(b.mul(highSigned(b, x), highSigned(b, y)), upper));
});
export const pmulhuw = wordwise((b, x, y) => {
  const low = b.mul(lowUnsigned(b, x), lowUnsigned(b, y));
  return b.or(b.shr(low, 16), b.and(b.mul(highUnsigned(b, x), highUnsigned(b, y)), upper));
});
export const pmaddwd = wordwise((b, x, y) =>
  b.add(b.mul(lowSigned(b, x), lowSigned(b, y)), b.mul(highSigned(b, x), highSigned(b, y))),
);

// Quadwords: pairs of words, the low one first.

type Pairwise = (b: LiftBuilder, x: readonly [Value, Value], y: readonly [Value, Value]) => readonly Operand[];
export const pairwise =
  (compute: Pairwise): Packed =>
  (b, x, y) => {
    const results: Operand[] = [];
    for (let n = 0; n < x.length; n += 2) results.push(...compute(b, [x[n], x[n + 1]], [y[n], y[n + 1]]));
    return results;
  };

export const paddq = pairwise((b, [low, high], [otherLow, otherHigh]) => {
  const sum = b.let(b.add(low, otherLow));
  return [sum, b.add(b.add(high, otherHigh), b.lessUnsigned(sum, low))];
});
export const psubq = pairwise((b, [low, high], [otherLow, otherHigh]) => [
  b.sub(low, otherLow),
  b.sub(b.sub(high, otherHigh), b.lessUnsigned(low, otherLow)),
]);
export const pmuludq = pairwise((b, [low], [otherLow]) => [
  b.mul(low, otherLow),
  b.call('multiplyHighUnsigned', low, otherLow),
]);
export const psadbw = pairwise((b, [low, high], [otherLow, otherHigh]) => [
  b.add(b.call('sumOfDifferences', low, otherLow), b.call('sumOfDifferences', high, otherHigh)),
  0,
]);

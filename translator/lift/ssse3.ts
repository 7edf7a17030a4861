/** Packed integers of SSSE3, of MMX or XMM registers (Intel SDM vol. 1, 12.6). */
import type { Value } from '../ir/value.ts';
import type { LiftBuilder } from './lifter.ts';
import {
  addSigned,
  bytes,
  choose,
  halves,
  highSigned,
  type LaneOperation,
  type Lanes,
  laneAdd,
  laneEqual,
  laneSub,
  lowSigned,
  not,
  of,
  type Packed,
  spread,
  subSigned,
  upper,
  wordwise,
} from './packed.ts';

/** Lanes of x, negated where `mask` is all ones. */
const negateLanes = (b: LiftBuilder, lanes: Lanes, x: Value, mask: Value): Value =>
  laneSub(b, lanes, b.let(b.xor(x, mask)), mask);
const negate = (b: LiftBuilder, x: Value, mask: Value): Value => b.sub(b.xor(x, mask), mask);
const sign = (b: LiftBuilder, x: Value): Value => b.let(b.sar(x, 31));

const absolute: LaneOperation = (b, lanes, _x, y) => negateLanes(b, lanes, y, spread(b, lanes, y));
export const pabsb = of(bytes, absolute);
export const pabsw = of(halves, absolute);
export const pabsd = wordwise((b, _x, y) => negate(b, y, sign(b, y)));

/** PSIGN: x times the sign of y, which may be 0. */
const signed: LaneOperation = (b, lanes, x, y) => {
  const isZero = laneEqual(b, lanes, y, b.constant(0));
  return b.and(negateLanes(b, lanes, x, spread(b, lanes, y)), not(b, isZero));
};
export const psignb = of(bytes, signed);
export const psignw = of(halves, signed);
export const psignd = wordwise((b, x, y) => b.select(b.equal(y, 0), 0, negate(b, x, sign(b, y))));

// Neighbours of one register: the results of the destination's, then those of the source's.

type Neighbours = (b: LiftBuilder, low: Value, high: Value) => Value;
const horizontal =
  (combine: Neighbours): Packed =>
  (b, x, y) =>
    [...x, ...y].flatMap((word, n, all) => (n & 1 ? [] : [combine(b, word, all[n + 1])]));

/** Combines the even ones of the four halves of two words with the odd ones. */
const ofHalves = (operation: LaneOperation): Packed =>
  horizontal((b, low, high) => {
    const even = b.let(b.or(b.and(low, 0xffff), b.shl(high, 16)));
    const odd = b.let(b.or(b.shr(low, 16), b.and(high, upper)));
    return operation(b, halves, even, odd);
  });

export const phaddw = ofHalves(laneAdd);
export const phsubw = ofHalves(laneSub);
export const phaddsw = ofHalves(addSigned);
export const phsubsw = ofHalves(subSigned);
export const phaddd = horizontal((b, low, high) => b.add(low, high));
export const phsubd = horizontal((b, low, high) => b.sub(low, high));

// Products.

/** Unsigned bytes of the destination times signed ones of the source, pairs of products added with saturation. */
export const pmaddubsw = wordwise((b, x, y) => {
  const product = (n: number): Value => b.mul(b.and(b.shr(x, 8 * n), 0xff), b.sar(b.shl(y, 24 - 8 * n), 24));
  return b.call('packSigned16', b.add(product(0), product(1)), b.add(product(2), product(3)));
});

const roundedHigh = (b: LiftBuilder, product: Value): Value => b.sar(b.add(b.sar(product, 14), 1), 1);
export const pmulhrsw = wordwise((b, x, y) => {
  const low = roundedHigh(b, b.mul(lowSigned(b, x), lowSigned(b, y)));
  const high = roundedHigh(b, b.mul(highSigned(b, x), highSigned(b, y)));
  return b.or(b.and(low, 0xffff), b.shl(high, 16));
});

/** PSHUFB: bytes of x by the indices in y; 0 where bit 7 of one is set. Bit 3 tells the half of a register of 16 bytes. */
export const pshufb: Packed = (b, x, y) =>
  y.map((control) => {
    const low = b.call('shuffleBytes', x[0], x[1], control);
    if (x.length === 2) return low;
    return choose(b, spread(b, bytes, b.shl(control, 4)), b.call('shuffleBytes', x[2], x[3], control), low);
  });

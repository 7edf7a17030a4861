/** AES-NI and PCLMULQDQ, a word of the state (a column) at a time (Intel SDM vol. 1, 12.13; FIPS 197, 5). */
import type { PureName } from '../abi/helpers.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder } from './lifter.ts';
import { type Packed, packed } from './packed.ts';
import { pick, selector, shuffled } from './shuffle.ts';
import { xmm } from './simd.ts';

/** A column of the state whose rows were shifted: byte n comes from n columns to the right, or to the left. */
function shiftedColumn(b: LiftBuilder, state: readonly Value[], column: number, direction: 1 | -1): Value {
  const bytes = [0, 1, 2, 3].map((n) => b.and(state[(column + n * direction) & 3], 0xff << (8 * n)));
  return bytes.reduce((all, one) => b.or(all, one));
}

/** A round: rows shifted, then what the helper does to a column, then the round key, which is the source, added. */
const round =
  (helper: PureName, direction: 1 | -1): Packed =>
  (b, x, y) =>
    x.map((_, column) => b.xor(b.call(helper, shiftedColumn(b, x, column, direction)), y[column]));

export const aesenc: Lift = packed(xmm, round('aesRound', 1));
export const aesenclast: Lift = packed(xmm, round('aesSubstitute', 1));
export const aesdec: Lift = packed(xmm, round('aesInverseRound', -1));
export const aesdeclast: Lift = packed(xmm, round('aesInverseSubstitute', -1));
export const aesimc: Lift = packed(xmm, (b, _x, y) => y.map((word) => b.call('aesInverseMix', word)));

/** AESKEYGENASSIST: words 1 and 3 substituted; and these rotated, with the immediate added. */
export const aeskeygenassist: Lift = shuffled(xmm, (b, _x, y) =>
  [y[1], y[3]].flatMap((word) => {
    const substituted = b.let(b.call('aesSubstitute', word));
    const rotated = b.or(b.shr(substituted, 8), b.shl(substituted, 24));
    return [substituted, b.xor(rotated, selector(b, 0, 0xff))];
  }),
);

/** PCLMULQDQ: halves that the immediate names, each two words; Karatsuba's three products of words. */
export const pclmulqdq: Lift = shuffled(xmm, (b, x, y) => {
  const half = (words: readonly Value[], bit: number): Value[] =>
    [0, 1].map((n) => b.let(pick(b, [words[n], words[n + 2]], selector(b, bit, 1))));
  const [low, high] = half(x, 0);
  const [otherLow, otherHigh] = half(y, 4);
  const product = (a: Value, c: Value): Value[] =>
    (['carrylessLow', 'carrylessHigh'] as const).map((helper) => b.let(b.call(helper, a, c)));
  const lower = product(low, otherLow);
  const upper = product(high, otherHigh);
  const cross = product(b.let(b.xor(low, high)), b.let(b.xor(otherLow, otherHigh)));
  const middle = cross.map((word, n) => b.let(b.xor(b.xor(word, lower[n]), upper[n])));
  return [lower[0], b.xor(lower[1], middle[0]), b.xor(upper[0], middle[1]), upper[1]];
});

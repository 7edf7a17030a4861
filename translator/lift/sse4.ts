/** Packed integers of SSE4.1 and SSE4.2, and what moves lanes there (Intel SDM vol. 1, 12.10 and 12.12). */
import { Eflags, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import {
  bytes,
  choose,
  greaterSigned,
  greaterUnsigned,
  halves,
  not,
  of,
  type Packed,
  packed,
  pairwise,
  spread,
  wordwise,
} from './packed.ts';
import { pick, selector } from './shuffle.ts';
import { loadWords, mmx, readRegister, readSource, requireSse, writeRegister, xmm } from './simd.ts';

export const pminsb = of(bytes, (b, lanes, x, y) => choose(b, greaterSigned(b, lanes, x, y), y, x));
export const pmaxsb = of(bytes, (b, lanes, x, y) => choose(b, greaterSigned(b, lanes, x, y), x, y));
export const pminuw = of(halves, (b, lanes, x, y) => choose(b, greaterUnsigned(b, lanes, x, y), y, x));
export const pmaxuw = of(halves, (b, lanes, x, y) => choose(b, greaterUnsigned(b, lanes, x, y), x, y));
export const pminsd = wordwise((b, x, y) => b.select(b.less(x, y), x, y));
export const pmaxsd = wordwise((b, x, y) => b.select(b.less(x, y), y, x));
export const pminud = wordwise((b, x, y) => b.select(b.lessUnsigned(x, y), x, y));
export const pmaxud = wordwise((b, x, y) => b.select(b.lessUnsigned(x, y), y, x));
export const pmulld = wordwise((b, x, y) => b.mul(x, y));
export const pmuldq = pairwise((b, [low], [otherLow]) => [
  b.mul(low, otherLow),
  b.call('multiplyHighSigned', low, otherLow),
]);

const twice = (b: LiftBuilder, condition: Value): Operand[] => {
  const mask = b.let(b.sub(0, condition));
  return [mask, mask];
};
export const pcmpeqq = pairwise((b, [low, high], [otherLow, otherHigh]) =>
  twice(b, b.and(b.equal(low, otherLow), b.equal(high, otherHigh))),
);
export const pcmpgtq = pairwise((b, [low, high], [otherLow, otherHigh]) =>
  twice(b, b.or(b.less(otherHigh, high), b.and(b.equal(high, otherHigh), b.lessUnsigned(otherLow, low)))),
);

/** PHMINPOSUW: the least half, with its place above it. */
export const phminposuw: Packed = (b, _x, y) => {
  const places = y.flatMap((word, n) => [
    b.let(b.or(b.shl(b.and(word, 0xffff), 3), 2 * n)),
    b.let(b.or(b.shl(b.shr(word, 16), 3), 2 * n + 1)),
  ]);
  const least = places.reduce((best, next) => b.let(b.select(b.less(next, best), next, best)));
  return [b.or(b.shr(least, 3), b.shl(b.and(least, 7), 16)), 0, 0, 0];
};

/** MPSADBW: sums of differences of four bytes of the source and those from each of eight places of the destination on. */
export const mpsadbw: Packed = (b, x, y) => {
  const isUpper = selector(b, 2, 1);
  const from = [0, 1, 2].map((n) => b.let(b.select(isUpper, x[n + 1], x[n])));
  const block = b.let(pick(b, y, selector(b, 0, 3)));
  const sums = Array.from({ length: 8 }, (_, n) => {
    const [word, shift] = [n >> 2, 8 * (n & 3)];
    const above = shift === 0 ? 0 : b.shl(from[word + 1], 32 - shift);
    return b.call('sumOfDifferences', b.or(b.shr(from[word], shift), above), block);
  });
  return sums.flatMap((sum, n) => (n & 1 ? [] : [b.or(sum, b.shl(sums[n + 1], 16))]));
};

// Blends: lanes of the source where a mask says so.

const blend = (maskOf: (b: LiftBuilder, n: number) => Value): Lift =>
  packed(xmm, (b, x, y) => x.map((word, n) => choose(b, maskOf(b, n), y[n], word)));

/** All ones if a bit of the immediate is set. */
const immediateMask = (b: LiftBuilder, bit: number): Value => b.sub(0, selector(b, bit, 1));
const maskWord = (b: LiftBuilder, n: number): Value => b.get(Word.xmm + n);

export const pblendw = blend((b, n) =>
  b.let(b.or(b.and(immediateMask(b, 2 * n), 0xffff), b.shl(immediateMask(b, 2 * n + 1), 16))),
);
export const blendps = blend((b, n) => b.let(immediateMask(b, n)));
export const blendpd = blend((b, n) => b.let(immediateMask(b, n >> 1)));
/** By the highest bits of the lanes of XMM0. */
export const pblendvb = blend((b, n) => spread(b, bytes, maskWord(b, n)));
export const blendvps = blend((b, n) => b.let(b.sar(maskWord(b, n), 31)));
export const blendvpd = blend((b, n) => b.let(b.sar(maskWord(b, n | 1), 31)));

/** PTEST: ZF if no bit of the source is set in the destination, CF if none is clear there; the others 0. */
export const ptest: Lift = (b) => {
  const source = readSource(b, xmm);
  const own = readRegister(b, xmm, 'reg');
  const all = (combine: (x: Value, y: Value) => Value): Value =>
    own.map((x, n) => combine(x, source[n])).reduce((some, one) => b.or(some, one));
  const zero = b.equal(
    all((x, y) => b.and(x, y)),
    0,
  );
  const carry = b.equal(
    all((x, y) => b.and(not(b, x), y)),
    0,
  );
  b.flags.setAll(b.or(b.select(zero, Eflags.zf, 0), b.select(carry, Eflags.cf, 0)));
};

// Lanes that become wider.

/** The low lanes of the source: `count` bytes of it. */
function lowWords(b: LiftBuilder, count: 2 | 4 | 8): Value[] {
  requireSse(b);
  if (!b.isMemory(1)) return Array.from({ length: Math.ceil(count / 4) }, (_, n) => b.get(xmm.word(b, 'rm', n)));
  return count === 8 ? loadWords(b, mmx) : [b.load(count, b.operandAddress(count, 'read'))];
}

/** PMOVSX and PMOVZX, from lanes of so many bits to wider ones. */
export function extend(isSigned: boolean, from: 8 | 16 | 32, to: 16 | 32 | 64): Lift {
  return (b) => {
    const source = lowWords(b, ((16 * from) / to) as 2 | 4 | 8);
    const lane = (n: number): Value => {
      const up = b.shl(source[(n * from) >> 5], 32 - from - ((n * from) & 31));
      return isSigned ? b.sar(up, 32 - from) : b.shr(up, 32 - from);
    };
    const words = Array.from({ length: 4 }, (_, n) => {
      if (to === 16) return b.or(b.and(lane(2 * n), 0xffff), b.shl(lane(2 * n + 1), 16));
      if (to === 32) return lane(n);
      if (n & 1) return isSigned ? b.sar(lane(n >> 1), 31) : b.constant(0);
      return lane(n >> 1);
    });
    const results = words.map((word) => b.let(word));
    writeRegister(b, xmm, 'reg', results);
  };
}

/** INSERTPS: a lane of the source, which in memory is the only one, to one of the destination; then some become 0. */
export const insertps: Lift = (b) => {
  requireSse(b);
  const value = b.isMemory(1)
    ? b.load(4, b.operandAddress(4, 'read'))
    : b.let(pick(b, readRegister(b, xmm, 'rm'), selector(b, 6, 3)));
  const place = selector(b, 4, 3);
  const words = readRegister(b, xmm, 'reg').map((word, n) =>
    b.let(b.select(selector(b, n, 1), 0, b.select(b.equal(place, n), value, word))),
  );
  writeRegister(b, xmm, 'reg', words);
};

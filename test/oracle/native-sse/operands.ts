import type { Random } from '../../support/random.ts';

/** Bits of singles at which something changes: zeros, denormals, normal numbers, integers' limits, infinities, NaNs. */
const SINGLES = [
  0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x807fffff, 0x00400000, 0x00800000, 0x80800000, 0x00800001, 0x01000000,
  0x3f800000, 0xbf800000, 0x3f000000, 0x3fc00000, 0x40200000, 0x3f7fffff, 0x3f800001, 0x40490fdb, 0x3eaaaaab,
  0x4b000000, 0x4b800000, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x5f000000, 0x1f800000, 0x20000000,
  0x7f7fffff, 0xff7fffff, 0x7f000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7fc12345, 0x7f800001,
  0xff812345, 0x7fbfffff,
];
/** Doubles, with values at which conversions to singles and integers change. */
const DOUBLES: readonly bigint[] = [
  0x0n,
  0x8000000000000000n,
  0x1n,
  0x8000000000000001n,
  0x000fffffffffffffn,
  0x0008000000000000n,
  0x0010000000000000n,
  0x8010000000000000n,
  0x0010000000000001n,
  0x3ff0000000000000n,
  0xbff0000000000000n,
  0x3fe0000000000000n,
  0x3ff8000000000000n,
  0x4004000000000000n,
  0x3fefffffffffffffn,
  0x3ff0000000000001n,
  0x400921fb54442d18n,
  0x3fd5555555555555n,
  0x41dfffffffc00000n,
  0x41dfffffffe00000n,
  0x41e0000000000000n,
  0xc1e0000000000000n,
  0xc1e0000000100000n,
  0xc1e0000000200000n,
  0x4330000000000000n,
  0x3810000000000000n,
  0x380fffffffffffffn,
  0x36a0000000000000n,
  0x3690000000000001n,
  0x47efffffe0000000n,
  0x47efffffefffffffn,
  0x47effffff0000000n,
  0x47f0000000000000n,
  0x1ff0000000000000n,
  0x2000000000000000n,
  0x5fe0000000000000n,
  0x7fefffffffffffffn,
  0xffefffffffffffffn,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0xfff8000000000000n,
  0x7ff8000012345678n,
  0x7ff0000000000001n,
  0xfff7ffffffffffffn,
  0x7ff4000000000000n,
  0xfff7fffffff7ffffn,
  0xfff6fffffff6ffffn,
];
const INTEGERS = [
  0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x80008000, 0x7fff8000, 0x7fffffff, 0x80000000, 15, 16, 31, 32,
  63, 64,
];

export type Kind = 'single' | 'double' | 'integer' | 'text' | 'single fraction' | 'double fraction';

const LETTERS = [0, 0x61, 0x61, 0x62, 0x63, 0x7f, 0x80, 0xff];

/** 16 bytes of numbers of a kind: edges, and numbers that are near to each other or anywhere. */
export function operand(random: Random, kind: Kind): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  const words = (draw: () => number) => [0, 4, 8, 12].forEach((at) => void view.setUint32(at, draw(), true));
  const doublewords = (draw: () => bigint) => [0, 8].forEach((at) => void view.setBigUint64(at, draw(), true));
  switch (kind) {
    case 'double':
      doublewords(() => double(random));
      break;
    case 'double fraction':
      doublewords(() => (random.chance(40) ? double(random) : doubleFraction(random)));
      break;
    case 'single':
      words(() => single(random));
      break;
    case 'single fraction':
      words(() => (random.chance(40) ? single(random) : singleFraction(random)));
      break;
    case 'text':
      return text(random);
    case 'integer':
      words(() => integer(random));
  }
  return new Uint8Array(view.buffer);
}

/** Few letters, so that many are equal: of bytes, or of words. */
function text(random: Random): Uint8Array {
  const isWide = random.chance(40);
  const hasEnd = random.chance(70);
  const letter = () => LETTERS[hasEnd ? random.below(LETTERS.length) : 1 + random.below(LETTERS.length - 1)]!;
  return Uint8Array.from({ length: 16 }, (_, n) => (isWide && n & 1 ? random.pick([0, 0, 0, 0xff]) : letter()));
}

/** Numbers with and without a fraction, halves often, of magnitudes up to beyond the last that has one. */
function singleFraction(random: Random): number {
  const exponent = 124 + random.below(28);
  const kept = random.chance(60) ? -1 << random.below(24) : -1;
  return ((random.word() & 0x80000000) | (exponent << 23) | (random.word() & 0x7fffff & kept)) >>> 0;
}

function doubleFraction(random: Random): bigint {
  const exponent = BigInt(1020 + random.below(58));
  const fraction = (BigInt(random.word() >>> 0) << 20n) | BigInt(random.below(1 << 20));
  const kept = random.chance(60) ? -1n << BigInt(random.below(53)) : -1n;
  return (BigInt(random.below(2)) << 63n) | (exponent << 52n) | (fraction & kept);
}

function single(random: Random): number {
  if (random.chance(45)) return random.pick(SINGLES);
  return random.chance(70) ? (random.word() & 0x83ffffff) | 0x3c000000 : random.word();
}

function double(random: Random): bigint {
  if (random.chance(45)) return random.pick(DOUBLES);
  const low = BigInt(random.chance(20) ? 0 : random.word() >>> 0);
  const high = random.chance(70) ? (random.word() & 0x807fffff) | 0x3fc00000 : random.word();
  return (BigInt(high >>> 0) << 32n) | low;
}

export function integer(random: Random): number {
  return random.chance(50) ? random.pick(INTEGERS) : random.word() >> random.below(24);
}

const EXCEPTIONS = 0x3f;
const MASKS = 0x1f80;
const PRECISION = 0x20;

/** Often such that results can be computed inline, else with any rounding, flags, masks and modes. */
export function mxcsr(random: Random): number {
  if (random.chance(45)) return MASKS | PRECISION | (random.chance(20) ? random.word() & EXCEPTIONS : 0);
  const masks = random.chance(70) ? MASKS : random.word() & MASKS;
  const flags = random.chance(50) ? 0 : random.word() & EXCEPTIONS;
  const rounding = random.word() & 0x6000;
  return masks | flags | rounding | (random.chance(25) ? 0x40 : 0) | (random.chance(25) ? 0x8000 : 0);
}

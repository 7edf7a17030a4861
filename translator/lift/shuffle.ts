/** Unpacking, packing and shuffling (Intel SDM vol. 1, 9.4.4, 10.4.4 and 11.4.1.4), and moves of single words and masks. */
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import { Shape } from '../x86/instruction.ts';
import { checkAlignment } from './alignment.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { type Packed, packed, pand, pandn, por, pxor } from './packed.ts';
import {
  doubleIn,
  doubleOf,
  mmx,
  type RegisterField,
  type RegisterFile,
  readRegister,
  readSource,
  requireSse,
  setDouble,
  vectorAddress,
  writeRegister,
  xmm,
} from './simd.ts';

// Two registers to one.

/** Interleaves the lanes of the low or the high half of the words. */
const unpack =
  (isHigh: boolean, interleave: (b: LiftBuilder, x: Value, y: Value) => Operand[]): Packed =>
  (b, x, y) => {
    const half = x.length / 2;
    const from = isHigh ? half : 0;
    return Array.from({ length: half }, (_, n) => interleave(b, x[from + n], y[from + n])).flat();
  };

const bytePairs = (b: LiftBuilder, x: Value, y: Value, mask: number): Value =>
  b.or(
    b.or(b.and(x, mask & 0xff), b.shl(b.and(y, mask & 0xff), 8)),
    b.or(b.and(b.shl(x, 8), 0xff0000), b.and(b.shl(y, 16), -0x1000000)),
  );
const interleaveBytes = (b: LiftBuilder, x: Value, y: Value): Operand[] => [
  bytePairs(b, x, y, 0xff),
  bytePairs(b, b.let(b.shr(x, 16)), b.let(b.shr(y, 16)), 0xff),
];
const interleaveHalves = (b: LiftBuilder, x: Value, y: Value): Operand[] => [
  b.or(b.and(x, 0xffff), b.shl(y, 16)),
  b.or(b.shr(x, 16), b.and(y, -0x10000)),
];
const interleaveWords = (_b: LiftBuilder, x: Value, y: Value): Operand[] => [x, y];

export const punpcklbw = unpack(false, interleaveBytes);
export const punpckhbw = unpack(true, interleaveBytes);
export const punpcklwd = unpack(false, interleaveHalves);
export const punpckhwd = unpack(true, interleaveHalves);
export const punpckldq = unpack(false, interleaveWords);
export const punpckhdq = unpack(true, interleaveWords);
export const punpcklqdq: Packed = (_b, x, y) => [x[0], x[1], y[0], y[1]];
export const punpckhqdq: Packed = (_b, x, y) => [x[2], x[3], y[2], y[3]];

/** MMX loads only the low half of a memory operand of PUNPCKL. */
export function unpackLowMmx(compute: Packed): Lift {
  return (b) => {
    mmx.require(b);
    const low = b.isMemory(1) ? b.load(4, b.operandAddress(4, 'read')) : b.get(mmx.word(b, 'rm', 0));
    if (b.isMemory(1)) mmx.enter(b, 'reg');
    else mmx.enter(b, 'reg', 'rm');
    const words = readRegister(b, mmx, 'reg');
    writeRegister(
      b,
      mmx,
      'reg',
      compute(b, words, [low, low]).map((value) => b.let(value)),
    );
  };
}

/** UNPCKLPS and UNPCKHPS. */
export const packedXmm = { punpckldq: packed(xmm, punpckldq), punpckhdq: packed(xmm, punpckhdq) } as const;

/** ANDPS, ANDPD and their like. */
export const logic = {
  AND: packed(xmm, pand),
  ANDN: packed(xmm, pandn),
  OR: packed(xmm, por),
  XOR: packed(xmm, pxor),
} as const;

const pack =
  (helper: 'packSigned8' | 'packUnsigned8' | 'packSigned16' | 'packUnsigned16'): Packed =>
  (b, x, y) =>
    [...x, ...y].flatMap((word, n, all) => (n & 1 ? [] : [b.call(helper, word, all[n + 1])]));
export const packsswb = pack('packSigned8');
export const packuswb = pack('packUnsigned8');
export const packssdw = pack('packSigned16');
export const packusdw = pack('packUnsigned16');

// Shuffles by an immediate.

/** Bits of the immediate byte. */
export const selector = (b: LiftBuilder, shift: number, mask: number): Value =>
  b.let(b.and(b.shr(b.field('immediate'), shift), mask));

/** One of some values, by an index that is in range. */
export function pick(b: LiftBuilder, values: readonly Value[], index: Value): Value {
  return values.slice(0, -1).reduceRight((rest, value, n) => b.select(b.equal(index, n), value, rest), values.at(-1)!);
}

export const shuffled =
  (file: RegisterFile, compute: (b: LiftBuilder, x: Value[], y: Value[]) => Value[]): Lift =>
  (b) => {
    const source = readSource(b, file);
    const results = compute(b, readRegister(b, file, 'reg'), source).map((value) => b.let(value));
    writeRegister(b, file, 'reg', results);
  };

const quarters = [0, 2, 4, 6];

export const pshufd = shuffled(xmm, (b, _x, y) => quarters.map((shift) => pick(b, y, selector(b, shift, 3))));
export const shufps = shuffled(xmm, (b, x, y) =>
  quarters.map((shift) => pick(b, shift < 4 ? x : y, selector(b, shift, 3))),
);

/** The four halves of two words, shuffled. */
function shuffleHalves(b: LiftBuilder, low: Value, high: Value): Value[] {
  const halves = [low, high].flatMap((word) => [b.let(b.and(word, 0xffff)), b.let(b.shr(word, 16))]);
  const chosen = quarters.map((shift) => pick(b, halves, selector(b, shift, 3)));
  return [b.or(chosen[0], b.shl(chosen[1], 16)), b.or(chosen[2], b.shl(chosen[3], 16))];
}

export const pshufw = shuffled(mmx, (b, _x, y) => shuffleHalves(b, y[0], y[1]));
export const pshuflw = shuffled(xmm, (b, _x, y) => [...shuffleHalves(b, y[0], y[1]), y[2], y[3]]);
export const pshufhw = shuffled(xmm, (b, _x, y) => [y[0], y[1], ...shuffleHalves(b, y[2], y[3])]);

/** UNPCKLPD and UNPCKHPD: the same half of both. */
const unpackDoubles =
  (half: 0 | 1): Lift =>
  (b) => {
    requireSse(b);
    const isMemory = b.isMemory(1);
    const window = isMemory ? b.window(16, vectorAddress(b, 16, 'read', true), 'read') : undefined;
    const upper = window ? doubleIn(b, window, 8 * half) : doubleOf(b, 'rm', half);
    if (half === 1) setDouble(b, 'reg', 0, doubleOf(b, 'reg', 1));
    setDouble(b, 'reg', 1, upper);
  };
export const unpcklpd: Lift = unpackDoubles(0);
export const unpckhpd: Lift = unpackDoubles(1);

export const shufpd = shuffled(xmm, (b, x, y) => {
  const [low, high] = [selector(b, 0, 1), selector(b, 1, 1)];
  const [own, other] = [0, 1].map((n) => [b.select(low, x[2 + n], x[n]), b.select(high, y[2 + n], y[n])]);
  return [own[0], other[0], own[1], other[1]];
});

// Halves and masks to and from general registers.

/** A lane's place in a register, by the immediate: its word, and how far it is shifted there. */
interface LanePlace {
  readonly word: Value;
  readonly shift: Value;
  readonly mask: number;
}

function lanePlace(b: LiftBuilder, file: RegisterFile, bits: 8 | 16 | 32): LanePlace {
  const index = selector(b, 0, (8 * file.bytes) / bits - 1);
  const position = b.let(b.mul(index, bits));
  return {
    word: b.let(b.shr(position, 5)),
    shift: b.let(b.and(position, 31)),
    mask: bits === 32 ? -1 : (1 << bits) - 1,
  };
}

/** PINSRB, PINSRW, PINSRD: bits of a register or memory to the lane that the immediate names. */
export const insert =
  (file: RegisterFile, bits: 8 | 16 | 32): Lift =>
  (b) => {
    file.require(b);
    const value = b.let(b.read(1));
    file.enter(b, 'reg');
    const { word, shift, mask } = lanePlace(b, file, bits);
    const kept = b.let(b.xor(b.shl(mask, shift), -1));
    const inserted = b.let(b.shl(b.and(value, mask), shift));
    const words = readRegister(b, file, 'reg').map((old, n) =>
      b.let(b.select(b.equal(word, n), b.or(b.and(old, kept), inserted), old)),
    );
    writeRegister(b, file, 'reg', words);
  };

/** PEXTRB, PEXTRW, PEXTRD, EXTRACTPS: a lane of the register in `field` to operand 0. */
export const extract =
  (file: RegisterFile, bits: 8 | 16 | 32, field: RegisterField): Lift =>
  (b) => {
    file.require(b);
    file.enter(b, field);
    const { word, shift, mask } = lanePlace(b, file, bits);
    const chosen = b.let(pick(b, readRegister(b, file, field), word));
    b.write(0, b.and(b.shr(chosen, shift), mask));
  };

/** The highest bits of a word's bytes, as its low four bits. */
function signBits(b: LiftBuilder, word: Value): Value {
  const high = b.let(b.and(word, 0x80808080 | 0));
  const pair = b.let(b.or(b.shr(high, 7), b.shr(high, 14)));
  return b.and(b.or(pair, b.shr(pair, 14)), 15);
}

/** The sign bits of the lanes of some words, as a mask. */
export const signMask = (b: LiftBuilder, words: readonly Value[]): Value =>
  words.map((word, n) => b.shl(signBits(b, word), 4 * n)).reduce((all, one) => b.or(all, one));

export const pmovmskb =
  (file: RegisterFile): Lift =>
  (b) => {
    file.require(b);
    file.enter(b, 'rm');
    b.set(b.field('reg'), signMask(b, readRegister(b, file, 'rm')));
  };

/** MOVMSKPS and MOVMSKPD: the signs of lanes of one or two words. */
export const movmsk =
  (wordsOfLane: 1 | 2): Lift =>
  (b) => {
    requireSse(b);
    const signs = readRegister(b, xmm, 'rm').filter((_, n) => n % wordsOfLane === wordsOfLane - 1);
    const bits = signs.map((word, n) => b.shl(b.shr(word, 31), n));
    b.set(
      b.field('reg'),
      bits.reduce((all, one) => b.or(all, one)),
    );
  };

/** RCPPS, RSQRTPS, and of one lane RCPSS and RSQRTSS. */
export const approximate =
  (helper: 'reciprocal' | 'reciprocalRoot', lanes: 1 | 4): Lift =>
  (b) => {
    requireSse(b);
    const isSingle = lanes === 1 && b.isMemory(1);
    const source = isSingle ? [b.load(4, b.operandAddress(4, 'read'))] : readSource(b, xmm);
    const results = source.slice(0, lanes).map((word) => b.let(b.call(helper, word)));
    writeRegister(b, xmm, 'reg', results);
  };

/** MASKMOVQ and MASKMOVDQU: the address is DS:EDI. */
export const maskedStore =
  (file: RegisterFile): Lift =>
  (b) => {
    file.require(b);
    const offset = b.zeroExtend(b.get(Word.edi), b.addressSize);
    const isSegmented = (b.shape & Shape.segmented) !== 0;
    const linear = isSegmented ? b.segmentAddress(b.field('segment'), offset, file.bytes, 'write') : offset;
    checkAlignment(b, linear, file.bytes);
    file.enter(b, 'reg', 'rm');
    b.trap('maskedStore', linear, file.word(b, 'reg', 0), file.word(b, 'rm', 0), file.words);
  };

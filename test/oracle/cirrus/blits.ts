import type { Random } from '../../support/random.ts';
import {
  BLIT_APERTURE,
  FRAME_BUFFER,
  GRAPHICS,
  get,
  outb,
  REGISTERS,
  read,
  SEQUENCER,
  type Size,
  type Steps,
  set,
  store,
  write,
} from './steps.ts';

/** Bytes of memory that BitBLTs are in. */
const AREA = 0x8000;
const operations = [0, 0x05, 0x06, 0x09, 0x0b, 0x0d, 0x0e, 0x50, 0x59, 0x6d, 0x90, 0x95, 0xad, 0xd0, 0xd6, 0xda, 0x33];
const Mode = { backwards: 1, fromSystem: 4, transparent: 8, pattern: 0x40, expand: 0x80 };

/** A BitBLT: graphics registers by index, and the bytes that the processor writes. */
interface Asked {
  readonly registers: Readonly<Record<number, number>>;
  readonly systemBytes: number;
}

/** Kinds by the bits of their mode. */
export const kinds = {
  'copies of memory': 0,
  'copies without a color': Mode.transparent,
  'copies from the system': Mode.fromSystem,
  'copies from the system without a color': Mode.fromSystem | Mode.transparent,
  'bits that are colors': Mode.expand,
  'bits that are one color': Mode.expand | Mode.transparent,
  'bits from the system that are colors': Mode.expand | Mode.fromSystem,
  'bits from the system that are one color': Mode.expand | Mode.fromSystem | Mode.transparent,
  patterns: Mode.pattern,
  'patterns from the system': Mode.pattern | Mode.fromSystem,
  'patterns of bits': Mode.pattern | Mode.expand,
  'patterns of bits that are one color': Mode.pattern | Mode.expand | Mode.transparent,
  'patterns of bits from the system': Mode.pattern | Mode.expand | Mode.fromSystem,
} as const;

/** BitBLTs of one kind by chance, over bytes by chance, and memory after them. */
export function blits(random: Random, kind: number, count: number): Steps {
  const bytes = Uint8Array.from({ length: AREA }, () => random.below(256));
  const steps = [write(FRAME_BUFFER, bytes), write(FRAME_BUFFER + 0x3f8000, bytes)];
  for (let n = 0; n < count; n++) {
    const asked = ask(random, kind);
    steps.push(...begin(random, asked), ...feed(random, asked.systemBytes), ...get(GRAPHICS, 0x31));
  }
  return [...steps, read(FRAME_BUFFER, 0x10000), read(FRAME_BUFFER + 0x3f8000, 0x8000)];
}

/**
 * Where QEMU does otherwise than the manual says nothing is asked: the first row of a pattern (its address has none), one that is
 * drawn over itself or comes from the system with pixels of three bytes, clipping of these, lines of bits in double words, odd widths of pixels with two bytes that a color is left out of.
 */
function ask(random: Random, kind: number): Asked {
  const isCopy = (kind & (Mode.pattern | Mode.expand)) === 0;
  const isTwoAtMost = isCopy && (kind & Mode.transparent) !== 0;
  const widths = isTwoAtMost ? [1, 2] : kind === kinds['patterns from the system'] ? [1, 2, 4] : [1, 2, 3, 4];
  const pixelBytes = random.pick(widths);
  const isBackwards = isCopy && (kind & Mode.fromSystem) === 0 && random.chance(40);
  const width = (1 + random.below(60)) * pixelBytes;
  const height = 1 + random.below(12);
  const pitch = width + random.below(40);
  const sourcePitch = random.chance(20) ? random.below(0x200) : width + random.below(40);
  const address = (): number => {
    const first = random.chance(10) ? 0x3f8000 + random.below(AREA) : random.below(0x4000);
    return isBackwards ? first + 0x3000 : first;
  };
  const source = (kind & Mode.pattern) !== 0 ? 0x7000 + 0x100 * random.below(16) : address();
  const isSolid = kind === (Mode.pattern | Mode.expand) && random.chance(40);
  const destination = isSolid ? random.below(0x4000) : address();
  const registers = {
    ...{ 0: random.below(256), 1: random.below(256) },
    ...Object.fromEntries([0x10, 0x11, 0x12, 0x13, 0x14, 0x15].map((index) => [index, random.below(256)])),
    ...{ 32: (width - 1) & 0xff, 33: (width - 1) >> 8, 34: (height - 1) & 0xff, 35: (height - 1) >> 8 },
    ...{ 36: pitch & 0xff, 37: pitch >> 8, 38: sourcePitch & 0xff, 39: sourcePitch >> 8 },
    ...{ 40: destination & 0xff, 41: (destination >> 8) & 0xff },
    ...{ 44: source & 0xff, 45: (source >> 8) & 0xff, 46: source >> 16 },
    47: pixelBytes === 3 ? 0 : random.below(8),
    48: kind | ((pixelBytes - 1) << 4) | (isBackwards ? Mode.backwards : 0),
    50: random.pick(operations),
    51: (random.chance(50) ? 2 : 0) | (isSolid ? 4 : 0),
    ...{ 52: random.below(256), 53: random.below(256) },
    42: destination >> 16,
  };
  const isDone = pitch > 0 && destination + (height - 1) * pitch + width <= 0x400000;
  const systemBytes =
    (kind & Mode.fromSystem) !== 0 && isDone && !isSolid ? bytesOf(kind, width, height, pixelBytes) : 0;
  return { registers, systemBytes };
}

function bytesOf(kind: number, width: number, height: number, pixelBytes: number): number {
  if ((kind & Mode.pattern) !== 0) return (kind & Mode.expand) !== 0 ? 8 : 64 * pixelBytes;
  if ((kind & Mode.expand) !== 0) return Math.ceil(width / pixelBytes / 8) * height;
  return ((width + 3) & ~3) * height;
}

/** Where the registers are in memory. */
const places: Readonly<Record<number, number>> = {
  ...{ 0: 0, 16: 1, 18: 2, 20: 3, 1: 4, 17: 5, 19: 6, 21: 7 },
  ...Object.fromEntries(Array.from({ length: 0x11 }, (_, n) => [0x20 + n, 8 + n])),
  ...{ 50: 0x1a, 51: 0x1b, 52: 0x1c, 53: 0x1d, 49: 0x40 },
};
/** By ports, and at each place in memory: the register that says so, and the address. */
const ways = [null, [0x20, REGISTERS + 0x100], [0x24, 0xb8000], [0x64, FRAME_BUFFER + 0x3fff00]] as const;

function begin(random: Random, { registers }: Asked): Steps {
  const way = random.pick(ways);
  const write = (index: number, value: number): Steps => {
    return way === null ? set(GRAPHICS, index, value) : [store(1, way[1] + places[index]!, value)];
  };
  const isAutomatic = random.chance(30);
  const all = Object.entries(registers).map(([index, value]) => [Number(index), value] as const);
  // The highest byte of the destination starts it.
  const ordered = [...all.filter(([index]) => index !== 0x2a), ...all.filter(([index]) => index === 0x2a)];
  return [
    ...set(SEQUENCER, 0x17, way === null ? 0x20 : way[0]),
    ...write(0x31, isAutomatic ? 0x80 : 0),
    ...ordered.flatMap(([index, value]) => write(index, value)),
    ...(isAutomatic ? [] : write(0x31, 2)),
    ...set(SEQUENCER, 0x17, 0x20),
  ];
}

/** Writes of the processor, in accesses of all sizes; the last ones write nothing beyond the end. */
function feed(random: Random, bytes: number): Steps {
  const steps: string[] = [];
  const base = random.pick([0xa0000, FRAME_BUFFER + 0x10000, BLIT_APERTURE]);
  for (let at = 0; at < bytes; ) {
    const size = (random.chance(80) && at + 4 <= bytes ? 4 : at + 2 <= bytes ? random.pick([1, 2]) : 1) as Size;
    steps.push(store(size, base + (at & 0xff), random.word()));
    at += size;
  }
  return steps;
}

/** A transfer in the middle of which GR31 is reset, and its effects. */
export const broken: Steps = [
  ...set(GRAPHICS, 0x24, 16),
  ...set(GRAPHICS, 0x20, 7),
  ...set(GRAPHICS, 0x30, Mode.fromSystem),
  ...set(GRAPHICS, 0x32, 0x0d),
  ...set(GRAPHICS, 0x31, 2),
  ...get(GRAPHICS, 0x31),
  store(4, 0xa0000, 0x11223344),
  outb(GRAPHICS + 1, 4),
  ...get(GRAPHICS, 0x31),
  outb(GRAPHICS + 1, 0),
  ...get(GRAPHICS, 0x31),
  store(4, FRAME_BUFFER + 0x100, 0x55667788),
  read(FRAME_BUFFER, 0x200),
];

import { Random } from '../../support/random.ts';
import { blits, broken, kinds } from './blits.ts';
import {
  CRTC,
  FRAME_BUFFER,
  GRAPHICS,
  get,
  inb,
  load,
  outb,
  REGISTERS,
  read,
  SEQUENCER,
  type Size,
  type Steps,
  set,
  start,
  store,
  write,
} from './steps.ts';

/** Indices of the sequencer where something is, or nothing. */
const sequencerIndices = [...Array.from({ length: 0x24 }, (_, n) => n), 0x30, 0x51, 0x70, 0xf1];
/** Those that start nothing. */
const graphicsIndices = Array.from({ length: 0x40 }, (_, n) => n).filter((index) => index !== 0x31 && index !== 0x2a);
const crtcIndices = Array.from({ length: 0x30 }, (_, n) => n);

/** Values by chance in all registers, and what is read of them. */
function registers(random: Random): Steps {
  const sets = [
    [SEQUENCER, sequencerIndices],
    [GRAPHICS, graphicsIndices],
    [CRTC, crtcIndices],
  ] as const;
  const steps: string[] = [];
  for (const [port, indices] of sets) {
    for (let n = 0; n < 3 * indices.length; n++) steps.push(...set(port, random.pick(indices), random.below(256)));
    for (const index of indices) steps.push(...get(port, index), inb(port));
  }
  return [...steps, outb(0x3c0, 0x35), ...get(CRTC, 0x24), ...get(CRTC, 0x26), load(4, REGISTERS + 0x0c)];
}

/** The hidden register, and the cursor's colors. */
function dac(random: Random): Steps {
  const steps: string[] = [];
  const reads = (count: number): string[] => Array.from({ length: count }, () => inb(0x3c6));
  const color = (index: number): Steps => [outb(0x3c8, index), ...[1, 2, 3].map(() => outb(0x3c9, random.below(64)))];
  steps.push(inb(0x3c8));
  for (let n = 0; n < 8; n++) {
    steps.push(outb(0x3c6, 0xff), ...reads(4), outb(0x3c6, random.below(256)), ...reads(5), inb(0x3c8), ...reads(3));
  }
  for (let n = 0; n < 60; n++) {
    steps.push(...set(SEQUENCER, 0x12, random.chance(50) ? 2 : 0), ...color(random.below(256)));
    steps.push(outb(0x3c7, random.below(256)), inb(0x3c9), inb(0x3c9), inb(0x3c9));
  }
  return [...steps, inb(0x3c8), inb(0x3c7)];
}

/** Reads and writes in the aperture and the frame buffer, with all ways of counting addresses and of writing. */
function apertures(random: Random, extended: number): Steps {
  const bytes = Uint8Array.from({ length: 0x20000 }, () => random.below(256));
  const steps = [write(FRAME_BUFFER, bytes), ...set(SEQUENCER, 7, extended)];
  for (let round = 0; round < 40; round++) {
    steps.push(
      ...set(GRAPHICS, 0x0b, random.below(64)),
      ...set(GRAPHICS, 0x05, random.pick([0, 1, 2, 3, 4, 4, 5, 5, 0x40, 0x44])),
      ...set(GRAPHICS, 0x06, random.pick([0x01, 0x05, 0x05, 0x0d])),
      ...set(GRAPHICS, 0x08, 0xff),
      ...set(SEQUENCER, 0x02, random.below(16)),
      // Not chained: write modes and bit mask are nothing to QEMU then.
      ...set(SEQUENCER, 0x04, 0x06),
      ...[0x00, 0x01, 0x10, 0x11].flatMap((index) => set(GRAPHICS, index, random.below(256))),
      ...[0x09, 0x0a].flatMap((index) => set(GRAPHICS, index, random.below(10))),
    );
    for (let n = 0; n < 12; n++) steps.push(access(random));
  }
  steps.push(...set(GRAPHICS, 0x0b, 0), ...set(GRAPHICS, 0x05, 0));
  return [...steps, read(FRAME_BUFFER, 0x60000)];
}

function access(random: Random): string {
  const size = random.pick([1, 2, 4] as Size[]);
  const base = random.pick([0xa0000, 0xa8000, 0xa7ff0, 0xb8000, FRAME_BUFFER, FRAME_BUFFER]);
  const address = base + (random.below(0x4000) & ~(size - 1));
  return random.chance(50) ? load(size, address) : store(size, address, random.word());
}

function kindCases(): Record<string, Steps> {
  const entries = Object.entries(kinds).map(([name, kind], n) => {
    return [name, [...start, ...blits(new Random(n + 1), kind, 60)]] as const;
  });
  return Object.fromEntries(entries);
}

/** Steps for both adapters, by their subject. */
export const cases: Readonly<Record<string, Steps>> = {
  'registers after a reset': [
    ...start.slice(0, 7),
    ...sequencerIndices.flatMap((index) => get(SEQUENCER, index)),
    ...graphicsIndices.flatMap((index) => get(GRAPHICS, index)),
    ...crtcIndices.flatMap((index) => get(CRTC, index)),
  ],
  'registers, written by chance': [...start, ...registers(new Random(101))],
  'the hidden register and colors': [...start, ...dac(new Random(102))],
  'banks and write modes': [...start, ...apertures(new Random(103), 0x11)],
  'banks and write modes, again': [...start, ...apertures(new Random(104), 0x17)],
  'planes of the VGA': [...start, ...apertures(new Random(105), 0x00)],
  'a transfer that is broken off': [...start, ...broken],
  ...kindCases(),
};

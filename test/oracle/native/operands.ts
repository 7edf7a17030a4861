import type { Random } from '../../support/random.ts';
import { CODE, DATA, INSTRUCTION, PAGE, TARGETS } from './layout.ts';

/** Values at which carries, signs and widths change. */
const EDGES = [
  0, 1, 2, 3, 5, 8, 0xf, 0x10, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x100, 0x101, 0x7ffe, 0x7fff, 0x8000, 0x8001, 0xff00,
  0xfffe, 0xffff, 0x10000, 0x7fff0000, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0x80008000, 0xffff0000,
  0xffff7fff, 0xffff8000, 0xffffff00, 0xffffff7f, 0xffffff80, 0xfffffffe, 0xffffffff,
];

export function randomValue(random: Random): number {
  return (random.chance(50) ? random.pick(EDGES) : random.word()) | 0;
}

/** The data page: random and edge values of all sizes, and a table of addresses in the code page. */
export function randomData(random: Random): Uint8Array {
  const data = new Uint8Array(PAGE);
  const view = new DataView(data.buffer);
  for (let offset = 0; offset < TARGETS; offset += 4) view.setInt32(offset, randomValue(random), true);
  for (let offset = TARGETS; offset < PAGE; offset += 4) view.setInt32(offset, codeAddress(random), true);
  return data;
}

/** An address in the code page that is not in the instruction under test. */
export function codeAddress(random: Random): number {
  const offset = random.below(PAGE);
  return CODE + (offset >= INSTRUCTION && offset < INSTRUCTION + 16 ? 0 : offset);
}

/** An address in the data page; now and then across one of its ends, or in no page at all. */
export function dataAddress(random: Random): number {
  if (random.chance(95)) return DATA + 64 + random.below(TARGETS - 128);
  return random.pick([DATA - 4 + random.below(8), DATA + PAGE - 4 + random.below(5), DATA + PAGE + random.below(PAGE)]);
}

/** The address of a code address in the data page. */
export function targetAddress(random: Random): number {
  return DATA + TARGETS + 4 * random.below((PAGE - TARGETS) / 4 - 2);
}

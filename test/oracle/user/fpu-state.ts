import type { Random } from '../../support/random.ts';
import { mxcsr } from '../native-sse/operands.ts';
import { randomAddress, roomAddress } from './addresses.ts';
import { store, storeHalf, touch, word } from './encodings.ts';
import { fromPool } from './instructions.ts';
import { pools } from './pools.ts';
import { Image } from './program.ts';
import type { Snippet, Writer } from './writer.ts';

const AREA = 512;
const ALIGNMENT = 16;
/** Fields of FXSAVE that processors differ in: FOP, the pointers, and MXCSR's mask. */
const opcodeOffset = 6;
const otherOffsets = [8, 12, 16, 20, 28];

const fxsave = (address: number): number[] => [0x0f, 0xae, 0x05, ...word(address)];
const fxrstor = (address: number): number[] => [0x0f, 0xae, 0x0d, ...word(address)];

function hideDifferences(writer: Writer, address: number): void {
  writer.put(...storeHalf(address + opcodeOffset, 0));
  for (const offset of otherOffsets) writer.put(...store(address + offset, 0));
}

/** FXSAVE, and now and then FXRSTOR of what has been changed. */
export const saveState: Snippet = (writer, random) => {
  const odd = random.chance(5) ? ALIGNMENT / 2 : 0;
  const address = roomAddress(random, AREA + ALIGNMENT, ALIGNMENT) + odd;
  // Which of two pages faults first is open: one comes before.
  writer.put(...touch(address + random.pick([0, AREA - 1])));
  writer.put(...fxsave(address));
  hideDifferences(writer, address);
  if (random.chance(50)) return;
  fromPool(random.pick([pools.x87, pools.media]))(writer, random);
  if (random.chance(50)) writer.put(...store(address + Image.registers + 4 * random.below(60), random.word()));
  if (random.chance(20)) writer.put(...store(address + Image.mxcsr, anyMxcsr(random)));
  writer.put(...fxrstor(address));
};

/** Now and then with bits that it has not. */
const anyMxcsr = (random: Random): number => (random.chance(20) ? random.word() : mxcsr(random));

/** Fields of FNSTENV and FNSAVE that processors differ in: the pointers of the last x87 instruction, in 32-bit code. */
const pointerOffsets = [12, 16, 20, 24];
const STATE_BYTES = 108;
/** Opcode and extension of FNSAVE and FRSTOR, FNSTENV and FLDENV. */
const environments = [
  { save: [0xdd, 0x35], load: [0xdd, 0x25] },
  { save: [0xd9, 0x35], load: [0xd9, 0x25] },
] as const;

/** FNSAVE or FNSTENV, and now and then what loads that, with other words in it. */
export const saveEnvironment: Snippet = (writer, random) => {
  const { save, load } = random.pick(environments);
  const address = roomAddress(random, STATE_BYTES, random.pick([2, 4]));
  writer.put(...touch(address + random.pick([0, STATE_BYTES - 1])));
  writer.put(...save, ...word(address));
  for (const offset of pointerOffsets) writer.put(...store(address + offset, 0));
  if (random.chance(40)) return;
  if (random.chance(50)) writer.put(...storeHalf(address + 4 * random.below(3), random.word()));
  if (random.chance(50)) writer.put(...store(address + 28 + 4 * random.below(20), random.word()));
  writer.put(...load, ...word(address));
};

/** LDMXCSR and STMXCSR, FLDCW and FNSTCW. */
export const controlWords: Snippet = (writer, random) => {
  const address = random.chance(60) ? roomAddress(random, 4, 1) : randomAddress(random);
  if (random.chance(50)) {
    writer.put(...store(address, mxcsr(random)));
    writer.put(0x0f, 0xae, random.pick([0x15, 0x15, 0x1d]), ...word(address));
  } else {
    writer.put(...storeHalf(address, random.chance(60) ? 0x37f : (random.word() & 0xf3f) | 0x40));
    writer.put(0xd9, random.pick([0x2d, 0x2d, 0x3d]), ...word(address));
  }
};

import { Eflags } from '../../../translator/abi/state.ts';
import { Random } from '../../support/random.ts';
import { randomValue } from '../native/operands.ts';
import { mxcsr, operand } from '../native-sse/operands.ts';
import { stackPointer } from './addresses.ts';
import { ALIAS_SLOT, CODE, CODE_FRAMES, CODE_SLOT, DATA, PAGE, Right, slotFrames } from './layout.ts';
import { Image, type Program } from './program.ts';
import { anySnippet } from './snippets.ts';
import { Writer } from './writer.ts';

const LEAST = 10;
const MOST = 60;
const INT3 = 0xcc;

/** A random program of 10 to some 60 instructions, often across the two pages of code. */
export function generateProgram(seed: number): Program {
  const random = new Random(seed);
  const writer = new Writer(PAGE - random.below(300));
  const eip = CODE + writer.offset;
  const most = LEAST + random.below(MOST - LEAST + 1);
  while (writer.places.length < most) anySnippet(random)(writer, random);
  const end = CODE + writer.offset;
  writer.put(INT3);
  writer.finish();
  const { code, places } = writer;
  const trap = random.chance(8) ? Eflags.tf : 0;
  const eflags = Eflags.one | Eflags.if | (random.word() & Eflags.arithmetic) | trap;
  const registers = Array.from({ length: 8 }, (_, n) =>
    n === 4 ? stackPointer(random) : random.chance(50) ? DATA + random.below(4 * PAGE) : randomValue(random),
  );
  return { seed, registers, eip, eflags, end, ...slotRights(random), code, places, image: fpuImage(random) };
}

/** Pages of data and stack may be written in the end, code in some programs only. */
function slotRights(random: Random): Pick<Program, 'rights' | 'most'> {
  const mostOfCode = random.chance(50) ? Right.write : Right.read;
  const most = slotFrames.map((frame, slot) => {
    if (frame < 0) return Right.none;
    return slot >= CODE_SLOT && slot < CODE_SLOT + CODE_FRAMES ? mostOfCode : Right.write;
  });
  const kinds = [Right.none, Right.read, Right.write, Right.write];
  const rights = most.map((right, slot) => {
    if (slot === CODE_SLOT || slot === CODE_SLOT + 1) return random.chance(80) ? Right.read : Right.none;
    if (slot === ALIAS_SLOT || slot === ALIAS_SLOT + 1) return random.chance(70) ? right : Right.none;
    return Math.min(right, random.pick(kinds));
  });
  return { rights, most };
}

/** Initial state of the x87 and SSE. */
function fpuImage(random: Random): Uint8Array {
  const image = new Uint8Array(Image.bytes);
  const view = new DataView(image.buffer);
  view.setUint16(Image.control, random.chance(80) ? 0x37f : (random.word() & 0xf00) | 0x7f, true);
  view.setUint16(Image.status, random.below(8) << 11, true);
  view.setUint8(Image.tags, random.chance(50) ? 0 : random.below(256));
  view.setUint32(Image.mxcsr, random.chance(60) ? 0x1f80 : mxcsr(random) & ~0x3f, true);
  for (let n = 0; n < 8; n++) {
    image.set(operand(random, 'integer').subarray(0, 8), Image.registers + 16 * n);
    image[Image.registers + 16 * n + 7]! |= 0x80;
    view.setUint16(Image.registers + 16 * n + 8, random.pick([0xffff, 0x3fff, 0xbfff, 0x4010, 0x3ff0]), true);
    image.set(operand(random, random.pick(['single', 'double', 'integer'])), Image.xmm + 16 * n);
  }
  return image;
}

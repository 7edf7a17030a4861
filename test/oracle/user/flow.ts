import { Word } from '../../../translator/abi/state.ts';
import type { Random } from '../../support/random.ts';
import { randomValue } from '../native/operands.ts';
import { randomAddress, roomAddress, stackPointer } from './addresses.ts';
import { move, Opcode, word } from './encodings.ts';
import { fromPool } from './instructions.ts';
import { pools } from './pools.ts';
import type { Label, Snippet, Writer } from './writer.ts';

/** Registers that the code in a function, or in a loop, leaves alone. */
const kept = { function: [Word.esp], loop: [Word.ecx, Word.esp] } as const;

/** An instruction that leaves some registers alone. */
function safeInstruction(random: Random, alone: readonly number[]): number[] {
  const changed = [0, 1, 2, 3, 4, 5, 6, 7].filter((register) => !alone.includes(register));
  const [target, source, alu] = [random.pick(changed), random.below(8), 8 * random.below(8)];
  return random.pick([
    [alu | 1, 0xc0 | (source << 3) | target],
    [0x81, 0xc0 | alu | target, ...word(randomValue(random))],
    [0x40 + target + 8 * random.below(2)],
    [alu | 3, 0x05 | (target << 3), ...word(randomAddress(random))],
    [alu | 1, 0x05 | (source << 3), ...word(randomAddress(random))],
    [0x0f, 0x40 | random.below(16), 0xc0 | (target << 3) | source],
  ]);
}

function putSome(writer: Writer, random: Random, alone: readonly number[], most: number): void {
  for (let n = random.below(most + 1); n > 0; n--) writer.put(...safeInstruction(random, alone));
}

/** A few instructions that leave the stack alone. */
export const putFew = (writer: Writer, random: Random): void => putSome(writer, random, kept.function, 2);

/** Extensions of FF. */
const Indirect = { call: 2, jmp: 4 } as const;

/** JMP or CALL by a register or by memory. */
function putIndirect(writer: Writer, random: Random, label: Label, extension: number): void {
  if (random.chance(50)) {
    const register = random.pick([Word.eax, Word.edx, Word.ebx, Word.ebp]);
    writer.putLabel([0xb8 + register], label, 'code');
    writer.put(0xff, 0xc0 | (extension << 3) | register);
    return;
  }
  const address = roomAddress(random, 4, random.pick([1, 4]));
  writer.putLabel([0xc7, 0x05, ...word(address)], label, 'code');
  writer.put(0xff, 0x05 | (extension << 3), ...word(address));
}

/** A function and its call, on a stack that may end at a page's edge. */
export const call: Snippet = (writer, random) => {
  const [called, over, back] = [writer.label(), writer.label(), writer.label()];
  writer.put(...move(Word.esp, stackPointer(random)));
  const calls = [
    () => writer.putLabel([Opcode.call], called, 'relative'),
    () => putIndirect(writer, random, called, Indirect.call),
    () => {
      writer.putLabel([Opcode.push], back, 'code');
      putIndirect(writer, random, called, Indirect.jmp);
    },
  ];
  random.pick(calls)();
  writer.bind(back);
  putFew(writer, random);
  writer.putLabel([Opcode.jmp], over, 'relative');
  writer.bind(called);
  putFew(writer, random);
  if (random.chance(60)) writer.put(Opcode.ret);
  else writer.put(Opcode.retBytes, 4 * random.below(64), random.below(3));
  writer.bind(over);
};

/** A jump over some instructions. */
export const jump: Snippet = (writer, random) => {
  const over = writer.label();
  if (random.chance(75)) writer.putLabel([0x0f, 0x80 | random.below(16)], over, 'relative');
  else putIndirect(writer, random, over, Indirect.jmp);
  for (let n = random.below(3); n > 0; n--) fromPool(random.pick([pools.plain, pools.media]))(writer, random);
  writer.bind(over);
};

export const loop: Snippet = (writer, random) => {
  writer.put(...move(Word.ecx, 2 + random.below(5)));
  const start = writer.bindAgain();
  putSome(writer, random, kept.loop, 4);
  putLoop(writer, random, start);
};

/** Goes back while ECX is not 0. */
export function putLoop(writer: Writer, random: Random, start: Label): void {
  if (random.chance(40)) {
    writer.put(Opcode.decEcx);
    writer.putLabel([0x0f, 0x85], start, 'relative');
  } else {
    writer.put(Opcode.loop, (start.offset - writer.offset - 2) & 0xff);
  }
}

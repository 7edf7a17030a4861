import { Eflags, Word } from '../../../translator/abi/state.ts';
import type { Random } from '../../support/random.ts';
import { move, Opcode, word } from './encodings.ts';
import { PAGE, STACK } from './layout.ts';
import type { Snippet, Writer } from './writer.ts';

const stackInMiddle = (random: Random): number => STACK + PAGE * (1 + random.below(2)) + 4 * random.below(4);

/** Flags for POPFD and IRETD: those of arithmetic, and now and then DF and AC; TF in so many of a hundred. */
export function randomFlags(random: Random, traps: number): number {
  const chosen = [
    [Eflags.df, 20],
    [Eflags.ac, 8],
    [Eflags.tf, traps],
  ] as const;
  const rest = chosen.reduce((bits, [bit, percent]) => bits | (random.chance(percent) ? bit : 0), 0);
  return Eflags.one | Eflags.if | (random.word() & Eflags.arithmetic) | rest;
}

/** IRETD to the instruction behind it, which serialises; with flags of its own, or those that there are. */
export function serialise(writer: Writer, random: Random, flags?: number): void {
  const behind = writer.label();
  writer.put(...move(Word.esp, stackInMiddle(random)));
  if (flags === undefined) writer.put(Opcode.pushfd);
  else writer.put(Opcode.push, ...word(flags));
  writer.put(Opcode.pushCs);
  writer.putLabel([Opcode.push], behind, 'code');
  writer.put(Opcode.iretd);
  writer.bind(behind);
}

/** Changes flags by POPFD or IRETD. */
export function putFlags(writer: Writer, random: Random, flags: number): void {
  if (random.chance(30)) {
    serialise(writer, random, flags);
    return;
  }
  writer.put(...move(Word.esp, stackInMiddle(random)));
  writer.put(Opcode.push, ...word(flags));
  writer.put(Opcode.popfd);
}

export const changeFlags: Snippet = (writer, random) => putFlags(writer, random, randomFlags(random, 20));

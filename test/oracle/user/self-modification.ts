import { Word } from '../../../translator/abi/state.ts';
import type { Random } from '../../support/random.ts';
import { randomValue } from '../native/operands.ts';
import { move, word } from './encodings.ts';
import { serialise } from './flags.ts';
import { putFew, putLoop } from './flow.ts';
import type { Label, Snippet, Writer } from './writer.ts';

/** An instruction that others change, where its immediate is in it, and by which mapping of its page that is reached. */
interface Victim {
  readonly label: Label;
  readonly bytes: readonly number[];
  readonly immediate: number;
  readonly mapping: 'code' | 'alias';
}

function drawVictim(writer: Writer, random: Random): Victim {
  const register = random.pick([Word.eax, Word.edx, Word.ebx, Word.ebp, Word.esi, Word.edi]);
  const value = randomValue(random);
  const mapping = random.chance(70) ? 'alias' : 'code';
  const label = writer.label();
  if (random.chance(50)) return { label, mapping, immediate: 1, bytes: move(register, value) };
  const alu = 0xc0 | (8 * random.below(8));
  return { label, mapping, immediate: 2, bytes: [0x81, alu | register, ...word(value)] };
}

/** Changes the immediate: a byte of it, all, by a read and a write, or with LOCK. */
function putChange(writer: Writer, random: Random, { label, immediate, mapping }: Victim): void {
  const changes = [
    () => writer.putLabel([0xc6, 0x05], label, mapping, immediate + random.below(4), [random.below(256)]),
    () => writer.putLabel([0xc7, 0x05], label, mapping, immediate, word(randomValue(random))),
    () => writer.putLabel([0xff, 0x05], label, mapping, immediate),
    () => writer.putLabel([0xf0, 0x81, 0x05], label, mapping, immediate, word(randomValue(random))),
  ];
  random.pick(changes)();
}

function putVictim(writer: Writer, { label, bytes }: Victim): void {
  writer.place(label);
  writer.put(...bytes);
}

/** Code that changes code behind it, or that of a loop. In between is what the manual asks for (vol. 3, 9.1.3). */
export const selfModification: Snippet = (writer, random) => {
  const victim = drawVictim(writer, random);
  if (random.chance(50)) {
    writer.put(...move(Word.ecx, 2 + random.below(3)));
    const start = writer.bindAgain();
    putVictim(writer, victim);
    putChange(writer, random, victim);
    serialise(writer, random);
    putLoop(writer, random, start);
    return;
  }
  putChange(writer, random, victim);
  serialise(writer, random);
  putFew(writer, random);
  putVictim(writer, victim);
};

import { Word } from '../../../translator/abi/state.ts';
import { type Instruction, Shape } from '../../../translator/x86/instruction.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import type { Random } from '../../support/random.ts';
import { randomValue } from '../native/operands.ts';
import { randomAddress, roomAddress } from './addresses.ts';
import { move } from './encodings.ts';
import { DATA, PAGE } from './layout.ts';
import type { Draft } from './writer.ts';

/** Before a store by mask: which byte of it faults is open, so its pages come before. */
export function maskedStore(random: Random): Draft {
  const touch = [0x80, 0x4f];
  return [move(Word.edi, roomAddress(random, 16, 8)), [...touch, 0, 0], [...touch, 15, 0]];
}

/** Most elements of strings that are compared: flags in their midst are open, so that they come to an end. */
const COMPARED = 40;

/** At the edge of two pages, so far from others that compared strings come to an end. */
const comparedAddress = (random: Random): number => DATA + PAGE * (1 + random.below(3)) + random.below(200) - 100;

/** Which of the two elements faults first is open: one is in a page that comes before. */
function comparedStrings(random: Random): Draft {
  const isSourceNear = random.chance(50);
  const near = DATA + PAGE * random.below(4) + 0x100 + random.below(0xe00);
  const far = comparedAddress(random);
  const [source, target] = isSourceNear ? [near, far] : [far, near];
  const touch = [0x80, isSourceNear ? 0x3e : 0x3f, random.below(256)];
  return [move(Word.esi, source), move(Word.edi, target), touch, move(Word.ecx, random.below(COMPARED))];
}

function repetitions({ mnemonic }: Form, random: Random): number {
  // Whether no repetition at all faults is open: AMD's processors ask for the right to use ports first.
  if (/^(INS|OUTS)/.test(mnemonic)) return 1 + random.below(30);
  return random.below(mnemonic.startsWith('SCAS') ? COMPARED : random.pick([30, 30, 30, 30, 1500]));
}

/** Before an instruction on strings. */
export function stringOperands({ shape, form }: Instruction, random: Random): Draft {
  if (form.mnemonic.startsWith('CMPS')) return comparedStrings(random);
  const isCompared = form.mnemonic.startsWith('SCAS');
  const target = isCompared ? comparedAddress(random) : randomAddress(random);
  const operands = [move(Word.esi, randomAddress(random)), move(Word.edi, target)];
  // One string, or two that overlap.
  if (random.chance(20) && !isCompared) operands[1] = [0x8d, 0x7e, random.pick([0, 0, 4, 1, 2, 9, 0xfc, 0xff])];
  const isRepeated = (shape & (Shape.repeat | Shape.repeatNot)) !== 0;
  if (isRepeated) operands.push(move(Word.ecx, repetitions(form, random)));
  if (/^(STOS|SCAS)/.test(form.mnemonic) && random.chance(50)) operands.push(move(Word.eax, randomValue(random)));
  if (random.chance(30)) operands.push([random.chance(60) ? 0xfd : 0xfc]);
  return operands;
}

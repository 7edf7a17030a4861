import { Word } from '../../../translator/abi/state.ts';
import type { Random } from '../../support/random.ts';
import { randomAddress, roomAddress, stackPointer } from './addresses.ts';
import { move, Opcode, store, word } from './encodings.ts';
import { fromPool } from './instructions.ts';
import { DATA_SELECTOR } from './kernel.ts';
import { pools } from './pools.ts';
import type { Snippet, Writer } from './writer.ts';

/** Vectors of INT that are more than a #GP; the last would be a system call. */
const otherVectors = [3, 4, 0x80];

function forbiddenVector(random: Random): number {
  for (;;) {
    const vector = random.below(256);
    if (!otherVectors.includes(vector)) return vector;
  }
}

/** BOUND, with bounds that the index may be within. */
function putBound(writer: Writer, random: Random): void {
  const address = roomAddress(random, 8, random.pick([1, 4]));
  writer.put(...store(address, random.below(100) - 50));
  writer.put(...store(address + 4, random.below(100)));
  writer.put(...move(Word.edx, random.below(150) - 60));
  writer.put(Opcode.bound, 0x15, ...word(address));
}

/** DIV or IDIV of bytes or words, often by 0. */
function putDivision(writer: Writer, random: Random): void {
  writer.put(...move(Word.ecx, random.below(2) * random.below(300)));
  writer.put(random.pick([0xf6, 0xf7]), random.pick([0xf1, 0xf9]));
}

export const exception: Snippet = (writer, random) => {
  const kinds = [
    () => writer.put(Opcode.int3),
    () => writer.put(Opcode.into),
    () => writer.put(Opcode.int, random.pick([3, 4])),
    () => writer.put(Opcode.int, forbiddenVector(random)),
    () => putBound(writer, random),
    () => putDivision(writer, random),
    () => fromPool(pools.privileged)(writer, random),
  ];
  random.pick(kinds)();
};

const Sreg = { es: 0xc0, ss: 0xd0 } as const;

function putSelector(writer: Writer, modrm: number, selector: number): void {
  writer.put(...move(Word.eax, selector));
  writer.put(0x8e, modrm);
}

/** Selectors: null ones in ES, the usual one in SS with its shadow, and their PUSH and POP. */
export const segments: Snippet = (writer, random) => {
  const kinds = [
    () => {
      putSelector(writer, Sreg.es, random.pick([0, 1, 3, DATA_SELECTOR]));
      writer.put(0x26, random.pick([0x8b, 0x89, 0x01]), 0x15, ...word(randomAddress(random)));
      putSelector(writer, Sreg.es, DATA_SELECTOR);
    },
    () => {
      putSelector(writer, Sreg.ss, DATA_SELECTOR);
      fromPool(pools.plain)(writer, random);
    },
    () => {
      writer.put(...move(Word.esp, stackPointer(random)));
      writer.put(random.pick([0x06, 0x16, 0x1e, 0x0e]));
      writer.put(random.pick([0x07, 0x17, 0x58]));
    },
  ];
  random.pick(kinds)();
};

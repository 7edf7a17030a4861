import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Eflags, Word } from '../../../translator/abi/state.ts';
import { forms, INVALID_FORM } from '../../../translator/x86/table/index.ts';
import { decodeAt } from '../../oracle/native/address.ts';
import { changes } from '../../oracle/native/changes.ts';
import { undefinedFlags } from '../../oracle/native/defined.ts';
import { VECTOR_KEY } from '../../oracle/native/generate.ts';
import { CODE, DATA, defaultRegisters, INSTRUCTION, PAGE, selectors } from '../../oracle/native/layout.ts';
import { readVectors, type Vector } from '../../oracle/native/vector.ts';
import { IrFault, IrMachine } from '../../support/ir-machine.ts';

const file = readVectors(join(import.meta.dirname, '../../oracle/data/native-integer.txt.gz'));
const memory = new Uint8Array(0x10000);

const isIn = (page: number, linear: number) => linear >= page && linear < page + PAGE;
const isMapped = (linear: number) => isIn(CODE, linear) || isIn(DATA, linear);

function load({ before }: Vector): IrMachine {
  const machine = new IrMachine(memory, VECTOR_KEY, isMapped);
  memory.fill(0xcc, CODE, CODE + PAGE);
  memory.set(before.code, CODE + INSTRUCTION);
  memory.set(file.data, DATA);
  for (const [n, value] of defaultRegisters.entries()) machine.words[n] = before.registers[n] ?? value;
  for (const [n, selector] of selectors.entries()) machine.words[Word.selector + n] = selector;
  machine.words[Word.eflags] = before.flags & ~Eflags.arithmetic;
  machine.flags = before.flags & Eflags.arithmetic;
  return machine;
}

/** Where the machine stops, and why. */
function step(machine: IrMachine): { vector: number; eip: number } {
  try {
    const eip = machine.step(CODE + INSTRUCTION) >>> 0;
    return { vector: isMapped(eip) ? 3 : 14, eip };
  } catch (error) {
    if (error instanceof IrFault) return { vector: error.vector, eip: CODE + INSTRUCTION };
    throw error;
  }
}

/** Registers by number, defined flags, memory: as captured, or as the machine has them. */
function expected({ before, after }: Vector, flagMask: number) {
  return {
    vector: after.vector,
    eip: after.eip,
    registers: defaultRegisters.map((value, n) => after.registers[n] ?? before.registers[n] ?? value),
    flags: after.flags & flagMask,
    memory: after.memory,
  };
}

function actual(machine: IrMachine, flagMask: number) {
  const stop = step(machine);
  return {
    ...stop,
    registers: [...machine.words.subarray(0, 8)],
    flags: (machine.flags | machine.words[Word.eflags]) & flagMask,
    memory: changes(file.data, memory.subarray(DATA, DATA + PAGE)),
  };
}

describe('the IR of plain and control instructions', () => {
  it('means what a processor does, before any pass or emission', () => {
    let compared = 0;
    for (const vector of file.vectors.filter((_, n) => n % 5 === 0)) {
      const instruction = decodeAt(Uint8Array.from(vector.before.code), VECTOR_KEY, forms[INVALID_FORM]!);
      if (instruction.form.class === 'sensitive') continue;
      const mask = (Eflags.arithmetic | Eflags.df) & ~undefinedFlags(instruction, vector.before);
      const subject = `${instruction.form.mnemonic} ${JSON.stringify(vector.before)}`;
      expect(actual(load(vector), mask), subject).toEqual(expected(vector, mask));
      compared++;
    }
    expect(compared).toBeGreaterThan(9000);
  });
});

import { Eflags } from '../../../translator/abi/state.ts';
import type { Instruction } from '../../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../../translator/x86/table/index.ts';
import type { EngineName, EngineSettings } from '../../support/engine.ts';
import { flagDifference, hex, Report } from '../report.ts';
import { decodeAt } from './address.ts';
import { flagsWithin, undefinedFlags } from './defined.ts';
import { VECTOR_KEY } from './generate.ts';
import { VectorMachine } from './machine.ts';
import type { Case, Outcome, RegisterChanges, VectorFile } from './vector.ts';

const COMPARED_FLAGS = Eflags.arithmetic | Eflags.df | Eflags.tf | Eflags.if | Eflags.rf;
/** INT3, which follows the instruction. */
const END = 3;
const registerNames = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];

function registerDifferences(actual: RegisterChanges, expected: RegisterChanges): string[] {
  return registerNames.flatMap((name, n) => {
    if (actual[n] === expected[n]) return [];
    const text = (value: number | undefined) => (value === undefined ? 'unchanged' : hex(value));
    return [`${name} ${text(actual[n])} not ${text(expected[n])}`];
  });
}

function differences(actual: Outcome, expected: Outcome, flagMask: number): string[] {
  const list: string[] = [];
  if (actual.vector !== expected.vector) list.push(`vector ${actual.vector} not ${expected.vector}`);
  if (actual.eip !== expected.eip) list.push(`eip ${hex(actual.eip)} not ${hex(expected.eip)}`);
  list.push(...registerDifferences(actual.registers, expected.registers));
  list.push(...flagDifference(actual.flags, expected.flags, flagMask));
  const [memory, wanted] = [JSON.stringify(actual.memory), JSON.stringify(expected.memory)];
  if (memory !== wanted) list.push(`memory ${memory} not ${wanted}`);
  return list;
}

function describe({ code, registers, flags }: Case): string {
  const bytes = Buffer.from(code).toString('hex');
  const named = Object.entries(registers).map(([n, value]) => `${registerNames[Number(n)]}=${hex(value)}`);
  return `${bytes} with ${named.join(' ')} flags=${hex(flags)}`;
}

function subject({ form }: Instruction): string {
  return `${form.encoding} ${form.mnemonic} ${form.operands.join()}`;
}

/** Runs captured vectors on an engine and compares with what the processor made of them. */
export function checkVectors({ data, vectors }: VectorFile, engine: EngineName, settings: EngineSettings = {}): Report {
  const report = new Report();
  const machine = new VectorMachine(engine, data, settings);
  for (const { before, after } of vectors) {
    const instruction = decodeAt(Uint8Array.from(before.code), VECTOR_KEY, forms[INVALID_FORM]!);
    const actual = machine.run(before);
    const unsure = undefinedFlags(instruction, before) | (after.vector === END ? 0 : flagsWithin(instruction));
    const mask = COMPARED_FLAGS & ~unsure;
    report.add(subject(instruction), describe(before), actual ? differences(actual, after, mask) : ['it does not end']);
  }
  report.translations = machine.engine.translations;
  report.coldRuns = machine.engine.coldRuns;
  machine.engine.dispose();
  return report;
}

import { Key } from '../../../translator/abi/key.ts';
import { Eflags } from '../../../translator/abi/state.ts';
import { decode } from '../../../translator/x86/decode.ts';
import { formatInstruction } from '../../../translator/x86/format.ts';
import { Instruction } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import type { EngineName, EngineSettings } from '../../support/engine.ts';
import { Report } from '../report.ts';
import { SseMachine } from './machine.ts';
import type { Case, Outcome, Vector } from './record.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).reverse().toString('hex');

/** The fields that can be compared, as text. */
function fields({ flags, xmm, mm, memory, ...words }: Outcome): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(words).map(([name, value]) => [name, value.toString(16)])),
    flags: (flags & Eflags.arithmetic).toString(16),
    ...{
      xmm0: text(xmm[0]),
      xmm1: text(xmm[1]),
      xmm2: text(xmm[2]),
      mm1: text(mm[0]),
      mm2: text(mm[1]),
      memory: text(memory),
    },
  };
}

/** RCPPS, RSQRTPS and their like are approximations; Intel's manual bounds their relative error (vol. 2, RCPPS). */
const APPROXIMATE = /^R(CP|SQRT)/;
const LARGEST_ERROR = 1.5 * 2 ** -12;

/** Whether singles are the same, or both near to a number that is the same for both. */
function isNear(actual: Uint8Array, expected: Uint8Array): boolean {
  const lanes = (bytes: Uint8Array) => [...new Float32Array(bytes.slice().buffer)];
  const wanted = lanes(expected);
  return lanes(actual).every((value, n) => {
    const other = wanted[n]!;
    return Object.is(value, other) || Math.abs(value - other) <= 2 * LARGEST_ERROR * Math.abs(other);
  });
}

function differences(mnemonic: string, actual: Outcome, expected: Outcome): string[] {
  const isClose = APPROXIMATE.test(mnemonic) && isNear(actual.xmm[1], expected.xmm[1]);
  const [found, wanted] = [fields(actual), fields(expected)];
  return Object.keys(wanted).flatMap((name) => {
    if (found[name] === wanted[name] || (name === 'xmm1' && isClose)) return [];
    return [`${name} ${found[name]} not ${wanted[name]}`];
  });
}

function describe({ code, eax, edx, xmm, memory, offset, mxcsr, top, tags }: Case): string {
  const at = memory.subarray(offset, offset + 16);
  const state = `mxcsr=${mxcsr.toString(16)} top=${top} tags=${tags.toString(16)}`;
  return `${Buffer.from(code).toString('hex')} with ${xmm.map(text).join(', ')}, eax=${eax.toString(16)} edx=${edx.toString(16)} memory ${text(at)} ${state}`;
}

/** Runs captured vectors on an engine and compares with what the processor made of them. */
export function checkSseVectors(vectors: readonly Vector[], engine: EngineName, settings: EngineSettings = {}): Report {
  const report = new Report();
  const machine = new SseMachine(engine, settings);
  const instruction = new Instruction(forms[0]!);
  for (const { before, after } of vectors) {
    decode(Uint8Array.from(before.code), 0, before.code.length, 0, Key.code32 | Key.flat, instruction);
    const actual = machine.run(before);
    const found = actual ? differences(instruction.form.mnemonic, actual, after) : ['it does not end'];
    report.add(formatInstruction(instruction).split(',')[0]!, describe(before), found);
  }
  report.translations = machine.engine.translations;
  machine.engine.dispose();
  return report;
}

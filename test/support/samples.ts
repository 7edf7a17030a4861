import { Key } from '../../translator/abi/key.ts';
import { decode } from '../../translator/x86/decode.ts';
import { generate, type Random } from '../../translator/x86/generate.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import type { Form } from '../../translator/x86/table/form.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';

const { protected: PROTECTED, code32: CODE32, stack32: STACK32, flat: FLAT, user: USER, vm86: VM86 } = Key;

/** The keys that operating systems run under, and some that only programs made for it do. */
export const stateKeys: readonly number[] = [
  0,
  PROTECTED,
  PROTECTED | VM86 | USER,
  PROTECTED | CODE32,
  PROTECTED | STACK32,
  PROTECTED | CODE32 | STACK32,
  PROTECTED | CODE32 | STACK32 | FLAT,
  PROTECTED | CODE32 | STACK32 | FLAT | USER,
];

/** 32-bit code of an ordinary kernel. */
export const FLAT_KEY = PROTECTED | CODE32 | STACK32 | FLAT;

/** Numbers from 0 to 1 from a seed (xorshift, 32 bits). */
export function randomFrom(seed: number): Random {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** The instruction that bytes encode at an EIP. */
export function decodeBytes(bytes: Uint8Array, eip: number, key: number): Instruction {
  const instruction = new Instruction(forms[INVALID_FORM]);
  decode(bytes, 0, bytes.length, eip, key, instruction);
  return instruction;
}

/** An instruction of a form, with random operands. */
export function randomInstruction(form: Form, random: Random, eip: number, key: number): Instruction {
  return decodeBytes(generate(form, random, key), eip, key);
}

export interface Sample {
  readonly instruction: Instruction;
  readonly key: number;
}

/** For every form and key some instructions, of as many shapes as come up. */
export function allSamples(random: Random, perKey: number): Sample[] {
  return forms.flatMap((form) =>
    stateKeys.flatMap((key) =>
      Array.from({ length: perKey }, () => ({ instruction: randomInstruction(form, random, 0x1000, key), key })),
    ),
  );
}

/** The first sample of each form, shape and key: one for each handler. */
export function distinctShapes(samples: readonly Sample[]): Sample[] {
  const byShape = new Map<string, Sample>();
  for (const sample of samples) {
    const { form, shape } = sample.instruction;
    const name = `${form.id} ${shape} ${sample.key}`;
    if (!byShape.has(name)) byShape.set(name, sample);
  }
  return [...byShape.values()];
}

/** Whether a form has an operand in MMX or XMM registers. */
export const usesVectors = ({ operands }: Form): boolean => operands.some((kind) => /^[NPQUVW]/.test(kind));

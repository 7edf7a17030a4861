import { describe, expect, test } from 'vitest';
import { Key } from '../../../translator/abi/key.ts';
import { decode } from '../../../translator/x86/decode.ts';
import { generate } from '../../../translator/x86/generate.ts';
import { Instruction, Shape, stackIndexOf } from '../../../translator/x86/instruction.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import { forms, INVALID_FORM, TOO_LONG_FORM } from '../../../translator/x86/table/index.ts';
import { randomFrom } from '../../oracle/disassembler.ts';

const keys = [0, Key.flat, Key.code32, Key.code32 | Key.flat];
const random = randomFrom(5);
/** Some encodings of every row, in every mode. */
const samples = forms.flatMap((form) =>
  keys.flatMap((key) => Array.from({ length: 12 }, () => ({ form, key, bytes: generate(form, random, key) }))),
);

test('every row decodes to itself, over its whole length', () => {
  const instruction = new Instruction(forms[INVALID_FORM]);
  for (const { form, key, bytes } of samples) {
    if (form.id === TOO_LONG_FORM) continue;
    expect(decode(bytes, 0, bytes.length, 0, key, instruction)).toBe(bytes.length);
    expect(instruction.form).toBe(form);
  }
});

test('no byte at or after the end is read', () => {
  const instruction = new Instruction(forms[INVALID_FORM]);
  for (const { form, key, bytes } of samples) {
    for (let end = 0; end < Math.min(bytes.length, 15); end++) {
      expect(decode(bytes, 0, end, 0, key, instruction), `${form.encoding}: ${bytes}`).toBe(0);
    }
  }
});

test('a used instruction object is filled as a fresh one is', () => {
  const used = new Instruction(forms[INVALID_FORM]);
  const order = [...samples].sort((a, b) => a.bytes.length - b.bytes.length || a.bytes[0]! - b.bytes[0]!);
  for (const { key, bytes } of order) {
    const fresh = new Instruction(forms[TOO_LONG_FORM]);
    decode(bytes, 0, bytes.length, 0x1234, key, fresh);
    decode(bytes, 0, bytes.length, 0x1234, key, used);
    expect(used).toEqual(fresh);
  }
});

describe('variety', () => {
  const shapeOf = (form: Form) => {
    const bytes = generate(form, random, Key.code32 | Key.flat);
    const instruction = new Instruction(form);
    decode(bytes, 0, bytes.length, 0, Key.code32 | Key.flat, instruction);
    return instruction;
  };
  const shapesOf = (wanted: string) => {
    const form = forms.find(({ encoding }) => encoding === wanted)!;
    return Array.from({ length: 2000 }, () => shapeOf(form));
  };
  const shapes = shapesOf('01 /r');
  test.each(Object.entries(Shape).filter(([name]) => !/High|repeat|stack/.test(name)))('%s comes up', (_name, bit) => {
    expect(shapes.some(({ shape }) => shape & bit)).toBe(true);
    expect(shapes.some(({ shape }) => !(shape & bit))).toBe(true);
  });
  test('all places of ST(i) come up', () => {
    const indices = shapesOf('D8 C0+i').map(({ shape }) => stackIndexOf(shape));
    expect([...new Set(indices)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
  test('all bases and indexes come up', () => {
    const bases = new Set(shapes.map(({ base, index, scale }) => `${base} ${index} ${scale}`));
    expect(bases.size).toBeGreaterThan(150);
  });
});

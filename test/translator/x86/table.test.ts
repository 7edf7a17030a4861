import { describe, expect, test } from 'vitest';
import { KEY_BITS, Key } from '../../../translator/abi/key.ts';
import { Eflags } from '../../../translator/abi/state.ts';
import { SHAPE_BITS, Shape } from '../../../translator/x86/instruction.ts';
import { encodings } from '../../../translator/x86/lookup.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import { forms } from '../../../translator/x86/table/index.ts';

const all = Array.from({ length: 256 }, (_, byte) => byte);

/** Every opcode and ModR/M byte that a form's encoding takes, without regard to prefixes. */
function claims(form: Form): string[] {
  const encoding = encodings[form.id];
  if (!encoding || typeof encoding.prefix === 'number') return [];
  const opcodes = all.slice(0, encoding.opcodeCount).map((n) => encoding.opcode + n);
  return opcodes.flatMap((opcode) => (encoding.modrm.length ? encoding.modrm : all).map((byte) => `${opcode} ${byte}`));
}

function formOf(encoding: string, operands: string): Form {
  const found = forms.filter((form) => form.encoding === encoding && form.operands.join() === operands);
  expect(found).toHaveLength(1);
  return found[0]!;
}

test('of two forms that take the same bytes, one is the narrower', () => {
  const claimed = new Map<string, number>();
  const sizes = forms.map((form) => claims(form).length);
  for (const form of [...forms].sort((a, b) => sizes[b.id]! - sizes[a.id]!)) {
    for (const bytes of claims(form)) {
      const wider = claimed.get(bytes);
      if (wider !== undefined) expect(sizes[form.id], `${form.encoding} and ${bytes}`).toBeLessThan(sizes[wider]!);
      claimed.set(bytes, form.id);
    }
  }
});

test('ids are places', () => {
  expect(forms.map(({ id }) => id)).toEqual([...forms.keys()]);
});

describe('flags', () => {
  test('are arithmetic ones, and not both defined and undefined', () => {
    for (const { encoding, flagsRead, flagsWritten, flagsUndefined } of forms) {
      expect((flagsRead | flagsWritten | flagsUndefined) & ~Eflags.arithmetic, encoding).toBe(0);
      expect(flagsWritten & flagsUndefined, encoding).toBe(0);
    }
  });
  test('a count other than 1 leaves OF undefined', () => {
    expect(formOf('D1 /46', 'Ev,1').flagsWritten & Eflags.of).toBe(Eflags.of);
    expect(formOf('C1 /46', 'Ev,Ib').flagsUndefined).toBe(Eflags.of | Eflags.af);
    expect(formOf('D3 /2', 'Ev,CL').flagsRead).toBe(Eflags.cf);
  });
  test('conditions read what they test', () => {
    expect(formOf('7E', 'Jb').flagsRead).toBe(Eflags.sf | Eflags.of | Eflags.zf);
    expect(formOf('0F 43 /r', 'Gv,Ev').flagsRead).toBe(Eflags.cf);
  });
});

test('LOCK is for destinations in memory', () => {
  for (const { lock, operands } of forms) if (lock) expect(operands[0]).toMatch(/^(E[bv]|Mq)$/);
});

test('arguments: conditions, segments, x87 opcodes', () => {
  expect(formOf('0F 9F /r', 'Eb').argument).toBe(15);
  expect(formOf('0F B4 /r', 'Gv,Mp').argument).toBe(4);
  expect(formOf('DF /7', 'Miq').argument).toBe(0x738);
  expect(formOf('D9 FF', '').argument).toBe(0x1ff);
  const x87 = forms.filter(({ feature, encoding }) => feature === 'fpu' && encoding !== '9B');
  expect(new Set(x87.map(({ argument }) => argument)).size).toBe(x87.length);
});

test('form, shape and key fit one integer', () => {
  const union = (bits: Record<string, number>) => Object.values(bits).reduce((sum, bit) => sum | bit);
  expect(union(Shape)).toBe((1 << SHAPE_BITS) - 1);
  expect(union(Key)).toBe((1 << KEY_BITS) - 1);
  expect(forms.length).toBeLessThan(2 ** (31 - SHAPE_BITS - KEY_BITS));
});

test('names by size', () => {
  expect(formOf('98', '')).toMatchObject({ mnemonic: 'CWDE', mnemonic16: 'CBW' });
  expect(formOf('90', '')).toMatchObject({ mnemonic: 'NOP', mnemonic16: 'NOP' });
});

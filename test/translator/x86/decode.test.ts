import { describe, expect, test } from 'vitest';
import { Key } from '../../../translator/abi/key.ts';
import { Segment, Word } from '../../../translator/abi/state.ts';
import { createDecoder, decode } from '../../../translator/x86/decode.ts';
import { generate } from '../../../translator/x86/generate.ts';
import { Instruction, Shape } from '../../../translator/x86/instruction.ts';
import type { Feature } from '../../../translator/x86/table/form.ts';
import { forms, INVALID_FORM, TOO_LONG_FORM } from '../../../translator/x86/table/index.ts';
import { randomFrom } from '../../support/samples.ts';

const code32 = Key.code32 | Key.flat;
const code16 = Key.flat;

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 16));
}

/** Decodes the whole of the bytes. */
function one(text: string, key = code32, eip = 0x1000): Instruction {
  const bytes = bytesOf(text);
  const instruction = new Instruction(forms[INVALID_FORM]);
  expect(decode(bytes, 0, bytes.length, eip, key, instruction)).toBe(bytes.length);
  return instruction;
}

function address({ base, index, scale, displacement, segment }: Instruction) {
  return { base, index, scale, displacement, segment };
}

describe('addresses', () => {
  const none = { base: Word.zero, index: Word.zero, scale: 0, displacement: 0, segment: Segment.ds };

  test('32-bit: base, scaled index, displacement', () => {
    expect(address(one('8b 44 8b fc'))).toEqual({
      ...none,
      base: Word.ebx,
      index: Word.ecx,
      scale: 2,
      displacement: -4,
    });
    expect(address(one('8b 05 78 56 34 92'))).toEqual({ ...none, displacement: 0x92345678 | 0 });
    expect(address(one('8b 04 8d 00 00 00 00'))).toEqual({ ...none, index: Word.ecx, scale: 2 });
  });

  test('SIB without an index has no scale', () => {
    expect(address(one('8b 04 e0'))).toEqual({ ...none, base: Word.eax });
  });

  test('SS by EBP and ESP as bases only', () => {
    expect(one('8b 45 00').segment).toBe(Segment.ss);
    expect(one('8b 04 24').segment).toBe(Segment.ss);
    expect(one('8b 04 28').segment).toBe(Segment.ds);
    expect(one('8b 46 02', code16).segment).toBe(Segment.ss);
    expect(one('8b 02', code16).segment).toBe(Segment.ss);
    expect(one('3e 8b 45 00').segment).toBe(Segment.ds);
  });

  test('16-bit: the pairs of BX, BP, SI and DI', () => {
    expect(address(one('8b 41 80', code16))).toEqual({ ...none, base: Word.ebx, index: Word.edi, displacement: -128 });
    expect(address(one('8b 1e 00 80', code16))).toEqual({ ...none, displacement: -32768 });
    expect(address(one('67 8b 04'))).toEqual({ ...none, base: Word.esi });
  });

  test('POP to an address by ESP uses the ESP after it', () => {
    expect(one('8f 44 24 04').displacement).toBe(8);
    expect(one('66 8f 04 24').displacement).toBe(2);
    expect(one('8f 04 64').displacement).toBe(4);
    expect(one('8f 45 04').displacement).toBe(4);
    expect(one('ff 74 24 04').displacement).toBe(4);
  });

  test('an offset by address size, without ModR/M', () => {
    const wide = one('a1 00 00 00 80');
    expect([wide.displacement, wide.base, wide.shape & Shape.register]).toEqual([0x80000000 | 0, Word.zero, 0]);
    expect(one('67 a1 00 80').displacement).toBe(0x8000);
  });
});

describe('shape', () => {
  test('bytes 4 to 7 are the high halves of the first four registers', () => {
    const { rm, reg, shape } = one('88 f5');
    expect([rm, reg, shape]).toEqual([Word.ecx, Word.edx, Shape.register | Shape.rmHigh | Shape.regHigh]);
    expect([one('b7 01').rm, one('b7 01').shape]).toEqual([Word.ebx, Shape.register | Shape.rmHigh]);
    expect(one('0f b6 cc').shape).toBe(Shape.register | Shape.rmHigh);
    expect(one('89 f5').shape).toBe(Shape.register);
  });

  test('sizes follow the key and its prefixes, however often they stand', () => {
    const both = Shape.operand16 | Shape.address16;
    expect(one('8b 00').shape & both).toBe(0);
    expect(one('66 66 8b 00').shape & both).toBe(Shape.operand16);
    expect(one('67 8b 00').shape & both).toBe(Shape.address16);
    expect(one('8b 00', code16).shape & both).toBe(both);
    expect(one('66 67 8b 00', code16).shape & both).toBe(0);
  });

  test('segmented: FS, GS, or a key that is not flat; never without an access', () => {
    const real = 0;
    expect(one('8b 00').shape & Shape.segmented).toBe(0);
    expect(one('64 8b 00').shape & Shape.segmented).toBe(Shape.segmented);
    // Code segments cannot be written, so CS is never flat in the sense of the key.
    expect(one('2e 8b 00').shape & Shape.segmented).toBe(Shape.segmented);
    expect(one('8b 00', Key.code32).shape & Shape.segmented).toBe(Shape.segmented);
    for (const memory of ['a4', 'aa', 'd7', 'a0 00 00', 'ff 37']) {
      expect(one(memory, real).shape & Shape.segmented).toBe(Shape.segmented);
    }
    for (const none of ['8d 07', '8b c0', '90', '50', '06', 'c3']) {
      expect(one(none, real).shape & Shape.segmented).toBe(0);
    }
    expect(one('65 8d 00').shape & Shape.segmented).toBe(0);
  });

  test('string instructions: the destination is in ES, the source where the prefix says', () => {
    expect([one('64 a5').segment, one('64 a5').shape]).toEqual([Segment.fs, Shape.segmented]);
    expect([one('64 ab').segment, one('64 ab').shape]).toEqual([Segment.es, 0]);
    expect([one('f3 f2 a6').shape, one('f2 f3 a6').shape]).toEqual([Shape.repeatNot, Shape.repeat]);
    expect(one('f3 8b c0').shape).toBe(Shape.register);
  });
});

describe('features', () => {
  const names = (features: readonly Feature[]) => {
    const decodeFor = createDecoder(new Set(features));
    const instruction = new Instruction(forms[INVALID_FORM]);
    return ['0f ae e8', '0f ae 18', '0f ae 00', '0f 40 c1', '0f 18 00', '01 c0'].map((text) => {
      const bytes = bytesOf(text);
      expect(decodeFor(bytes, 0, bytes.length, 0, code32, instruction)).toBeGreaterThan(1);
      return instruction.form.id === INVALID_FORM ? '#UD' : instruction.form.mnemonic;
    });
  };

  test('a form that needs one the CPU lacks is an invalid opcode, or what else the encoding means', () => {
    expect(names(['base'])).toEqual(['#UD', '#UD', '#UD', '#UD', 'NOP', 'ADD']);
    expect(names(['base', 'fxsr', 'cmov'])).toEqual(['#UD', '#UD', 'FXSAVE', 'CMOVO', 'NOP', 'ADD']);
    const all = ['LFENCE', 'STMXCSR', 'FXSAVE', 'CMOVO', 'PREFETCHNTA', 'ADD'];
    expect(names(['base', 'fxsr', 'cmov', 'sse', 'sse2'])).toEqual(all);
  });

  test.each(
    forms.filter(({ feature }) => feature !== 'base').map((form) => [form.mnemonic, form.encoding, form] as const),
  )('%s (%s) is invalid without its feature, or a hint', (_mnemonic, _encoding, form) => {
    const random = randomFrom(form.id);
    const decodeFor = createDecoder({ has: (feature) => feature !== form.feature });
    const bytes = generate(form, random, code32);
    const instruction = new Instruction(forms[INVALID_FORM]);
    decodeFor(bytes, 0, bytes.length, 0, code32, instruction);
    expect(['(bad)', 'NOP']).toContain(instruction.form.mnemonic);
  });
});

describe('LOCK', () => {
  test('is taken by what reads and writes memory', () => {
    expect(one('f0 01 00').shape).toBe(Shape.lock);
    expect(one('f0 0f c7 08').form.mnemonic).toBe('CMPXCHG8B');
  });
  test.each(['f0 01 c0', 'f0 39 00', 'f0 03 00', 'f0 89 00', 'f0 90', 'f0 0f a3 00', 'f0 0f c7 c8', 'f0 a4'])(
    '%s is an invalid opcode',
    (text) => {
      const { form, shape } = one(text);
      expect([form.id, shape]).toEqual([INVALID_FORM, 0]);
    },
  );
});

describe('control transfers', () => {
  test('targets and the next address', () => {
    expect([one('eb fe').target, one('eb fe').nextEip]).toEqual([0x1000, 0x1002]);
    expect(one('e8 fb ff ff 7f', code32, 0x7fff_fff0).target).toBe(-0x10 - 0x10 + 0x10);
    expect(one('e8 00 00 00 00', code32, -5).nextEip).toBe(0);
  });
  test('16 bits of operand size cut the target of a branch, and no address that follows in sequence', () => {
    expect(one('66 e9 00 f0', code32, 0x12340).target).toBe(0x1344);
    expect([one('90', code16, 0xffff).nextEip, one('eb 10', code16, 0xfff0).target]).toEqual([0x10000, 2]);
    expect(one('66 e9 00 00 01 00', code16, 0x100).target).toBe(0x10106);
  });
  test('far pointers: offset, then selector', () => {
    const wide = one('ea 78 56 34 92 08 80');
    expect([wide.immediate, wide.immediate2]).toEqual([0x92345678 | 0, 0x8008]);
    const narrow = one('9a 34 92 08 00', code16);
    expect([narrow.immediate, narrow.immediate2]).toEqual([0x9234, 8]);
  });
});

test('immediates: sign-extended where the form says so', () => {
  expect(one('83 c0 80').immediate).toBe(-128);
  expect(one('80 c0 80').immediate).toBe(128);
  expect(one('66 05 00 80').immediate).toBe(0x8000);
  expect(one('05 00 00 00 80').immediate).toBe(0x80000000 | 0);
  expect([one('c8 34 82 05').immediate, one('c8 34 82 05').immediate2]).toEqual([0x8234, 5]);
});

test('system registers: number in reg, the other always a register', () => {
  for (const text of ['0f 22 e3', '0f 22 23']) {
    const { form, reg, rm, shape } = one(text);
    expect([form.mnemonic, reg, rm, shape]).toEqual(['MOV', 4, Word.ebx, Shape.register]);
  }
  expect([one('8e e0').reg, one('8c 28').reg]).toEqual([Segment.fs, Segment.gs]);
  for (const text of ['0f 22 c8', '8e c8', '8c f0', '0f 24 c0']) {
    const bytes = bytesOf(text);
    const instruction = new Instruction(forms[TOO_LONG_FORM]);
    decode(bytes, 0, bytes.length, 0, code32, instruction);
    expect(instruction.form.id).toBe(INVALID_FORM);
  }
});

test('x87: the opcode with all of ModR/M', () => {
  const memory = one('d8 54 24 04');
  expect([memory.form.argument, memory.immediate]).toEqual([0x010, 0x054]);
  const register = one('df f3');
  expect([register.form.argument, register.immediate, register.rm]).toEqual([0x7f0, 0x7f3, 3]);
});

describe('length', () => {
  const tooLong = [...new Array<number>(14).fill(0x2e), 0x40, 0x90];

  test('15 bytes are the most', () => {
    const instruction = new Instruction(forms[INVALID_FORM]);
    expect(decode(Uint8Array.from(tooLong), 0, 16, 0, code32, instruction)).toBe(15);
    expect(instruction.form.mnemonic).toBe('INC');
    const bytes = Uint8Array.from([0x2e, ...tooLong]);
    expect(decode(bytes, 0, bytes.length, 0, code32, instruction)).toBe(15);
    expect(instruction.form.id).toBe(TOO_LONG_FORM);
  });

  test('15 bytes without an end are too long however many follow; fewer need more', () => {
    const instruction = new Instruction(forms[INVALID_FORM]);
    const bytes = new Uint8Array(32).fill(0x66);
    expect(decode(bytes, 0, 15, 0, code32, instruction)).toBe(15);
    expect(instruction.form.id).toBe(TOO_LONG_FORM);
    expect(decode(bytes, 0, 14, 0, code32, instruction)).toBe(0);
  });

  test('decodes in the middle of a buffer', () => {
    const bytes = bytesOf('ff ff 0f b6 45 08 ff');
    const instruction = new Instruction(forms[INVALID_FORM]);
    expect(decode(bytes, 2, 6, 0x10, code32, instruction)).toBe(4);
    expect([instruction.form.mnemonic, instruction.nextEip]).toEqual(['MOVZX', 0x14]);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  flagCarriesOf,
  flagResultOf,
  flagsImage,
  multiplyHighSigned,
  multiplyHighUnsigned,
} from '../../../runtime/cpu/arithmetic.ts';
import { Eflags } from '../../../translator/abi/state.ts';

const word = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 0x7fffffff, -0x80000000, 0xffff, 0x10000, -0x10000));

test('high halves of products', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(multiplyHighSigned(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
      expect(multiplyHighUnsigned(a, b)).toBe(Number((BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n) | 0);
    }),
  );
});

test('every combination of the arithmetic flags can be represented', () => {
  for (let image = 0; image < 0x1000; image++) {
    if (image & ~Eflags.arithmetic) continue;
    expect(flagsImage(flagResultOf(image), flagCarriesOf(image))).toBe(image);
  }
});

test('flags of a result', () => {
  expect(flagsImage(0, 0)).toBe(Eflags.zf | Eflags.pf);
  expect(flagsImage(-1, 0)).toBe(Eflags.sf | Eflags.pf);
  expect(flagsImage(-0x80000000, 0)).toBe(Eflags.sf | Eflags.pf);
  expect(flagsImage(0x101, 0)).toBe(0);
  expect(flagsImage(0x103, 0)).toBe(Eflags.pf);
});

test('carry, overflow and auxiliary carry', () => {
  expect(flagsImage(1, 0x80000000 | 0)).toBe(Eflags.cf | Eflags.of);
  expect(flagsImage(1, 0xc0000000 | 0)).toBe(Eflags.cf);
  expect(flagsImage(1, 0x40000000)).toBe(Eflags.of);
  expect(flagsImage(1, 0x8)).toBe(Eflags.af);
});

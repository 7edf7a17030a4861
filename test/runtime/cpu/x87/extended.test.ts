import { expect, test } from 'vitest';
import { bitLength } from '../../../../runtime/cpu/x87/extended.ts';

test('the length of an integer is that of its binary digits, also next to powers of two', () => {
  expect(bitLength(0n)).toBe(0);
  for (let exponent = 0n; exponent < 1100n; exponent++)
    for (let distance = -3n; distance <= 3n; distance++) {
      const value = (1n << exponent) + distance;
      if (value > 0n) expect(bitLength(value), String(value)).toBe(value.toString(2).length);
    }
  for (let exponent = 1n; exponent < 140n; exponent++)
    for (let bit = 0n; bit < exponent; bit++)
      for (const value of [(1n << exponent) - (1n << bit), (1n << exponent) + (1n << bit)])
        expect(bitLength(value), String(value)).toBe(value.toString(2).length);
});

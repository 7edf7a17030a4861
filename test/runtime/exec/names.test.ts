import { expect, test } from 'vitest';
import { functionName } from '../../../runtime/exec/names.ts';

test('a name of any symbol, with its address', () => {
  expect(functionName(undefined, 0x1000)).toBe('guest_00001000');
  expect(functionName('a.b-c', -16)).toBe('a_b_c_fffffff0');
  expect(functionName('1st', 0)).toBe('_1st_00000000');
  expect(functionName('){};//', 0)).toBe('_______00000000');
  expect(functionName('x'.repeat(100_000), 0)).toHaveLength(109);
});

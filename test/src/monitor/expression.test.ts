import { expect, test } from 'vitest';
import { readExpression } from '../../../src/monitor/expression.ts';
import { TextCursor } from '../../../src/monitor/text-cursor.ts';

const registers = { eax: 0xffffffff, 'cs.base': 0x10000 };

function evaluated(text: string): bigint {
  return readExpression(new TextCursor(text), registers);
}

/** Values are those that QEMU 7.2 prints. */
test.each([
  ['1+2*3', 7n],
  ['( 1 + 2 ) * 3', 9n],
  ['10 % 3', 1n],
  ['7&3|8', 11n],
  ['1+2&3', 3n],
  ['6*2^3', 15n],
  ['-1', -1n],
  ['~0', -1n],
  ['+5', 5n],
  ['0x7c00', 0x7c00n],
  ['010', 8n],
  ['09', 0n],
  ["'a'", 97n],
  ['$eax+1', 0x100000000n],
  ['$cs.base', 0x10000n],
  ['0xffffffffffffffff', -1n],
  ['0x7fffffffffffffff+1', -0x8000000000000000n],
])('%s is %s', (text, value) => {
  expect(evaluated(text)).toBe(value);
});

test.each([
  ['', 'unexpected end of expression'],
  ['1+', 'unexpected end of expression'],
  ['1/0', 'division by zero'],
  ['1%0', 'division by zero'],
  ['(1', "')' expected"],
  ['$foo', 'unknown register'],
  ['$toString', 'unknown register'],
  ['"a', "invalid char '\"' in expression"],
  ["'a", "missing terminating ' character"],
  ["'", 'character constant expected'],
  ['18446744073709551616', 'number too large'],
])('%s is refused', (text, message) => {
  expect(() => evaluated(text)).toThrow(message);
});

import { expect, test } from 'vitest';
import { constant } from '../../../translator/ir/builder.ts';
import { binaryOps, windowNames } from '../../../translator/ir/operations.ts';
import { parseBlocks } from '../../../translator/ir/parse.ts';
import { printStatements, printValue } from '../../../translator/ir/print.ts';
import { make } from '../../../translator/ir/statement.ts';
import { operation, realConstant } from '../../../translator/ir/value.ts';

const parse = (line: string) => parseBlocks(`block 0x0\n${line}`)[0].statements[0];

test('each operation with a sign is read as it is printed', () => {
  expect(binaryOps.size).toBe(22);
  for (const [sign, op] of binaryOps) {
    const [a, b] = sign.endsWith('.') ? [1.5, 2.5].map(realConstant) : [5, 7].map(constant);
    const value = operation(op, a, b);
    const [read] = parse(`t0 = ${printValue(value)}`).args;
    expect([sign, read]).toEqual([sign, value]);
  }
});

test('each window has a name of its own, and is read as it is printed', () => {
  expect(windowNames.size).toBe(8);
  for (const variant of windowNames.values()) {
    const window = make.window({ ...variant, size: 16 }, constant(64));
    const text = printStatements([window]).trim().replace('t-1', 't0');
    expect(parse(text)).toEqual({ ...window, temporary: 0 });
  }
});

test('a window of another name is refused', () => {
  expect(() => parse('t0 = window.readMost16 64')).toThrow('IR text, line 2: unknown window "readMost"');
});

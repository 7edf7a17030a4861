import { expect, test } from 'vitest';
import { deadStores } from '../../../translator/opt/dead-stores.ts';
import { linesOf, passText } from '../../support/ir-text.ts';

test('dead stores are removed where the word is written again', () => {
  const text = '-- @0\nset eax, 1\n-- @4\nset ebx, 2\nflags logic32 2\n-- @8\nset eax, 3';
  expect(passText(deadStores, text)).toEqual(linesOf('-- @0\n-- @4\nset ebx, 2\nflags logic32 2\n-- @8\nset eax, 3'));
});

test.each([
  ['a load', 't0 = load32 0'],
  ['a store', 'store32 0, 1'],
  ['a probe', 'probe32 0'],
  ['a segment check', 't0 = segment.read4 3, 0'],
  ['a fault', 'fault 6 if cc0'],
  ['an exit', 'exit @10 if cc0'],
  ['a read of the word', 't0 = get eax'],
  ['a body that reads it', 'when cc0 {\nt0 = get eax\nset ebx, t0\n}'],
  ['a body that may leave', 'when cc0 {\nt0 = load32 0\n}'],
  ['a body that writes it', 'when cc0 {\nset eax, 7\n}'],
])('stores stay in front of %s', (_case, line) => {
  const text = `-- @0\nset eax, 1\n-- @4\n${line}\n-- @8\nset eax, 3`;
  expect(passText(deadStores, text)).toEqual(linesOf(text));
});

test('stores stay at the end of the block, and in a body', () => {
  const text = 'set eax, 1\nset word11, 2\nwhen cc0 {\nset eax, 1\nset eax, 2\n}';
  expect(passText(deadStores, text)).toEqual(linesOf(text));
});

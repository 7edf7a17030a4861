import { expect, test } from 'vitest';
import { mergedSymbols, parseSymbolText, Symbols } from '../../../runtime/debug/symbols.ts';

test('System.map and /proc/kallsyms, code only, in the order of addresses', () => {
  const list = parseSymbolText(
    ['c1000200 T second', 'c1000100 t first', 'c1000180 D data', 'c8000000 t helper\t[module]', ''].join('\n'),
  )!;
  expect(list).toEqual({ addresses: [0xc1000100, 0xc1000200, 0xc8000000], names: ['first', 'second', 'helper'] });
});

test('kallsyms that hides addresses, or another text, is none', () => {
  expect(parseSymbolText('00000000 T first\n00000000 T second\n')).toBeNull();
  expect(parseSymbolText('hello\n')).toBeNull();
});

test('addresses far after a symbol have no name; of several names the first counts', () => {
  const symbols = new Symbols({ addresses: [0x1000, 0x1000, 0x2000], names: ['a', 'alias', 'b'] });
  expect(symbols.label(0x1000)).toBe('a');
  expect(symbols.label(0x1fff)).toBe('a+0xfff');
  expect(symbols.label(0x2000 + 0x10001)).toBeUndefined();
});

test('names are such as can be shown, whatever the file holds', () => {
  const { names } = parseSymbolText(
    ['c1000100 T a\x1b]0;title\x07', 'c1000200 T b\u202ec\u2028', `c1000300 T ${'x'.repeat(1000)}`].join('\n'),
  )!;
  expect(names.slice(0, 2)).toEqual(['a?]0;title?', 'b?c']);
  expect(names[2]).toHaveLength(500);
});

test('several tables as one', () => {
  const one = { addresses: [0x1000, 0xc0000000], names: ['a', 'kernel'] };
  const two = { addresses: Uint32Array.of(0x1000, 0x2000), names: ['alias', 'b'] };
  expect(mergedSymbols([one, two])).toEqual({
    addresses: [0x1000, 0x1000, 0x2000, 0xc0000000],
    names: ['a', 'alias', 'b', 'kernel'],
  });
});

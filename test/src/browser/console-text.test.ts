import { expect, test } from 'vitest';
import { ConsoleText } from '../../../src/browser/console-text.ts';

test.each([
  ['lines', ['one\r\ntwo'], 'one\ntwo'],
  ['a line that is written over', ['12 %\r99 %'], '99 %'],
  ['what a shell takes back', ['ab\b \b'], 'a '],
  ['what is erased to the end of the line', ['wrong\r\x1b[Jright'], 'right'],
  ['a cursor that moves', ['abc\x1b[2DX\x1b[1CZ'], 'aXcZ'],
  ['no colours', ['\x1b[1;32mgreen\x1b[0m \x1b(Bplain'], 'green plain'],
  ['a sequence that comes in parts', ['a\x1b', '[3', '1mb'], 'ab'],
])('a console shows %s', (_, parts, shown) => {
  const text = new ConsoleText();
  for (const part of parts) text.write(part);
  expect(text.text).toBe(shown);
});

test('a console keeps the last lines, however a guest sends them', () => {
  const text = new ConsoleText();
  for (let n = 0; n < 2000; n++) text.write(`${n}\r\n`);
  expect(text.text.startsWith('1500\n')).toBe(true);
  text.write('x'.repeat(1_000_000));
  expect(text.text.length).toBeLessThan(600_000);
});

import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { EscapeFilter, helpFor, InterruptFilter, type KeyFilter } from '../../../src/cli/escape.ts';

/** The filter's result for these pieces of input: text for the guest in quotes, commands bare. */
function typed(filter: KeyFilter, ...pieces: string[]): string {
  const parts = pieces.flatMap((piece) => filter.split(Buffer.from(piece, 'latin1')));
  return parts
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(Buffer.from(part).toString('latin1'))))
    .join(' ');
}

test.each([
  ['plain text goes to the guest', ['ls\r'], '"ls\\r"'],
  ['Ctrl-C goes to the guest', ['a\x03b'], '"a\\u0003b"'],
  ['commands', ['\x01x\x01h\x01?\x01c'], 'exit help help monitor'],
  ['a command between text', ['ab\x01hcd'], '"ab" help "cd"'],
  ['Ctrl-A twice sends one', ['\x01\x01'], '"\\u0001"'],
  ['the sent Ctrl-A starts no command', ['\x01\x01x'], '"\\u0001x"'],
  ['Ctrl-A three times, then x', ['\x01\x01\x01x'], '"\\u0001" exit'],
  ['a command in two pieces', ['ab\x01', 'xcd'], '"ab" exit "cd"'],
  ['Ctrl-A twice in two pieces', ['\x01', '\x01'], '"\\u0001"'],
  ['an unknown command is dropped', ['a\x01zb'], '"a" "b"'],
  ['bytes of UTF-8 pass', ['\xc3\xa9'], '"\xc3\xa9"'],
])('multiplexed: %s', (_, pieces, parts) => {
  expect(typed(new EscapeFilter(1), ...pieces)).toBe(parts);
});

test.each([
  ['Ctrl-A goes to the guest', ['\x01x'], '"\\u0001x"'],
  ['Ctrl-C leaves', ['\x03'], 'exit'],
  ['what comes before Ctrl-C still goes to the guest', ['ab\x03cd'], '"ab" exit'],
])('not multiplexed: %s', (_, pieces, parts) => {
  expect(typed(new InterruptFilter(), ...pieces)).toBe(parts);
});

test('the help tells the size of a terminal, and how to tell the guest', () => {
  const [hasMonitor, escapeKey] = [true, 1];
  expect(helpFor({ size: { rows: 40, columns: 132 }, hasMonitor, escapeKey })).toMatch(
    /Ctrl-A x .*\bstty rows 40 cols 132$/s,
  );
  expect(helpFor({ size: undefined, hasMonitor, escapeKey })).not.toContain('stty');
});

test('the help tells of the monitor where there is one', () => {
  expect(helpFor({ size: undefined, hasMonitor: true, escapeKey: 1 })).toContain('Ctrl-A c ');
  expect(helpFor({ size: undefined, hasMonitor: false, escapeKey: 1 })).not.toMatch(/Ctrl-A c |monitor/);
});

test('another key than Ctrl-A', () => {
  expect(typed(new EscapeFilter(0x14), 'a\x01x\x14x')).toBe('"a\\u0001x" exit');
  expect(typed(new EscapeFilter(0x14), '\x14\x14')).toBe('"\\u0014"');
  expect(typed(new EscapeFilter(0x78), 'xx', 'xc', 'x', 'x')).toBe('"x" monitor "x"');
  expect(helpFor({ size: undefined, hasMonitor: false, escapeKey: 0x14 })).toBe(
    'Ctrl-T h       show this help\nCtrl-T x       leave the emulator\nCtrl-T Ctrl-T  send Ctrl-T to the guest',
  );
  expect(parseArguments(['-echr', '0x14']).escapeKey).toBe(0x14);
  for (const text of ['0', '0x7f', 't', '1x'])
    expect(() => parseArguments(['-echr', text])).toThrow(`-echr: '${text}' is no number of a character; give 0x01 to`);
});

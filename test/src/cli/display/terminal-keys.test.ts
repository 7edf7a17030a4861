import { expect, test } from 'vitest';
import { type Stroke, TerminalKeys } from '../../../../src/cli/display/terminal-keys.ts';

/** Strokes in words: ctrl-a, "text". */
function shown(strokes: readonly Stroke[]): string {
  return strokes.map(({ modifiers, key, text }) => [...modifiers, key ?? JSON.stringify(text)].join('-')).join(' ');
}

test.each([
  ['characters', 'aB ', '"a" "B" " "'],
  ['control characters', '\x01\x03\x1a', 'ctrl-"a" ctrl-"c" ctrl-"z"'],
  ['keys with control characters of their own', '\t\r\n\b\x7f', 'tab ret ret backspace backspace'],
  [
    'control with what is no letter',
    '\0\x1c\x1d\x1e\x1f',
    'ctrl-spc ctrl-backslash ctrl-bracket_right ctrl-6 ctrl-minus',
  ],
  ['arrows', '\x1b[A\x1b[B\x1b[C\x1b[D', 'up down right left'],
  ['arrows of the application mode', '\x1bOA\x1bOB', 'up down'],
  ['home and end', '\x1b[H\x1b[F\x1b[1~\x1b[4~\x1bOH', 'home end home end home'],
  ['the keys above the arrows', '\x1b[2~\x1b[3~\x1b[5~\x1b[6~', 'insert delete pgup pgdn'],
  ['F1 to F4 of xterm', '\x1bOP\x1bOQ\x1bOR\x1bOS', 'f1 f2 f3 f4'],
  ['F1 to F5 of VT and rxvt', '\x1b[11~\x1b[15~', 'f1 f5'],
  ['F1 and F5 of the Linux console', '\x1b[[A\x1b[[E', 'f1 f5'],
  ['F6 to F12', '\x1b[17~\x1b[21~\x1b[23~\x1b[24~', 'f6 f10 f11 f12'],
  [
    'modifiers',
    '\x1b[1;2A\x1b[1;3A\x1b[1;5A\x1b[1;8A\x1b[3;5~\x1b[1;2P',
    'shift-up alt-up ctrl-up shift-alt-ctrl-up ctrl-delete shift-f1',
  ],
  ['shift-tab', '\x1b[Z', 'shift-tab'],
  ['Alt', '\x1bx\x1bX\x1b\r\x1b\x01', 'alt-"x" alt-"X" alt-ret alt-ctrl-"a"'],
  ['Escape twice, then a character', '\x1b\x1b\x1bx', 'esc esc alt-"x"'],
  ['unknown sequences', '\x1b[99~\x1b[?x', 'alt-"[" "?" "x"'],
])('%s', (_, text, strokes) => {
  expect(shown(new TerminalKeys().take(text))).toBe(strokes);
});

test('a sequence may come in pieces', () => {
  const keys = new TerminalKeys();
  expect(['\x1b', '[1;', '5', 'A'].map((piece) => shown(keys.take(piece)))).toEqual(['', '', '', 'ctrl-up']);
});

test.each([
  ['\x1b', 'esc'],
  ['\x1b[', 'alt-"["'],
  ['\x1bO', 'alt-"O"'],
  ['a', ''],
])('what waits is a key if nothing follows: %j', (text, strokes) => {
  const keys = new TerminalKeys();
  keys.take(text);
  expect(keys.isWaiting).toBe(strokes !== '');
  expect(shown(keys.flush())).toBe(strokes);
  expect(keys.isWaiting).toBe(false);
});

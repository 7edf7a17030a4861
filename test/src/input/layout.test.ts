import { expect, test } from 'vitest';
import { keyName } from '../../../src/input/keys.ts';
import {
  type KeyboardLayout,
  keyboardLayouts,
  keyLevels,
  keysThatType,
  type TypedKey,
} from '../../../src/input/layout.ts';
import { layoutKeys } from '../../../src/input/layout-tables.ts';

const ascii = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n));

/** Keys in words: `shift-a`, `altgr-q`, one after the other. */
function shown(text: string, layout: KeyboardLayout): string {
  return [...text]
    .map((character) => keysThatType(character, layout)?.map(withModifiers).join(' ') ?? 'none')
    .join(' ');
}

function withModifiers({ key, shift, altGr }: TypedKey): string {
  return [...(shift ? ['shift'] : []), ...(altGr ? ['altgr'] : []), keyName(key)].join('-');
}

test.each(keyboardLayouts)('%s has a word for every key, and types all of ASCII', (layout) => {
  expect([...keyLevels(layout).keys()]).toEqual(layoutKeys.flat());
  expect(ascii.filter((character) => keysThatType(character, layout) === undefined)).toEqual([]);
});

test.each<[KeyboardLayout, string, string]>([
  ['en-us', 'qY@\n"\\é', 'q shift-y shift-2 ret shift-apostrophe backslash none'],
  ['en-gb', '"@#£€|', 'shift-2 shift-apostrophe backslash shift-3 altgr-4 shift-less'],
  ['de', 'zYäÖß@{<', 'y shift-z apostrophe shift-semicolon minus altgr-q altgr-7 less'],
  ['fr', 'aQm1.ç#', 'q shift-a semicolon shift-1 shift-comma 9 altgr-3'],
  ['es', 'ñ¿ç{@º', 'semicolon shift-equal backslash altgr-apostrophe altgr-2 grave_accent'],
  ['it', 'èé@{ù', 'bracket_left shift-bracket_left altgr-semicolon shift-altgr-bracket_left backslash'],
  ['pt-br', 'ç/?;]', 'semicolon ro shift-ro slash backslash'],
  ['sv', 'åÄ$¤', 'bracket_left shift-apostrophe altgr-4 shift-4'],
  ['dvorak', 'aoe,S-', 'a s d w shift-semicolon apostrophe'],
])('the keys of %s', (layout, text, keys) => {
  expect(shown(text, layout)).toBe(keys);
});

test('a dead key comes before what gets its mark, and the space bar lets a mark stand alone', () => {
  expect(shown('êË', 'fr')).toBe('bracket_left e shift-bracket_left shift-e');
  expect(shown('^´é', 'de')).toBe('grave_accent spc equal spc equal e');
  expect(shown('ã~', 'pt-br')).toBe('apostrophe a apostrophe spc');
  expect(shown('~', 'sv')).toBe('altgr-bracket_right spc');
  expect(shown('ǖ日😀', 'de')).toBe('none none none');
});

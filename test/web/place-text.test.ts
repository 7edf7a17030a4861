import { expect, test } from 'vitest';
import { Key } from '../../translator/abi/key.ts';
import { placeText } from '../../web/place-text.ts';

const PROTECTED = Key.protected | Key.code32;

test.each([
  ['real mode', { linear: 0xf1363, eip: 0x1363, key: 0 }, 0x1366, 'f000:1366'],
  ['a boot sector', { linear: 0x7c05, eip: 0x7c05, key: 0 }, 0x7c08, '0000:7c08'],
  ['VM86 mode', { linear: 0x10010, eip: 0, key: Key.protected | Key.vm86 | Key.user }, 2, '1001:0002'],
  ['after a reset', { linear: 0xfffffff0, eip: 0xfff0, key: 0 }, 0xfff5, 'fffffff5'],
  ['protected mode', { linear: -0x3fefff00, eip: -0x3fefff00, key: PROTECTED }, 0xc0100102, 'c0100102'],
  ['a segment with a base', { linear: 0x21000, eip: 0x1000, key: PROTECTED }, 0x1001, '00021001'],
])('a place in a translation: %s', (_, info, eip, text) => {
  expect(placeText(info, eip)).toBe(text);
});

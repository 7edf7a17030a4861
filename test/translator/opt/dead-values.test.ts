import { expect, test } from 'vitest';
import { deadValues } from '../../../translator/opt/dead-values.ts';
import { linesOf, passText } from '../../support/ir-text.ts';

const becomes = (text: string, expected: string) => expect(passText(deadValues, text)).toEqual(linesOf(expected));
const stays = (text: string) => becomes(text, text);

test('names and reads that nothing uses are removed, and what only they used', () => {
  becomes('t0 = get eax\nt1 = (t0 + 1)\nt2 = (t1 << 2)\nt3 = get ebx\nset ecx, t3', 't3 = get ebx\nset ecx, t3');
});

test('loads and address checks stay, with what they use: they may fault', () => {
  stays('t0 = get eax\nt1 = segment.read4 3, t0\nt2 = load32 t1');
});

test('a call that stands alone stays, whoever looks at its result', () => {
  stays('t0 = get eax\nfallback jumpFar t0, 0, 0 if (t0 == 0)\nt1 = enterFoundCode(t0)');
});

test('what a body uses stays, and its condition', () => {
  stays('t0 = get eax\nt1 = get ebx\nwhen (t0 == 0) {\nset ecx, t1\n}');
});

test('bodies lose what nothing uses', () => {
  becomes(
    't0 = get eax\nwhen cc0 {\nt1 = get ebx\nt2 = (t1 + t0)\nt3 = get edx\nset ecx, t3\n}',
    'when cc0 {\nt3 = get edx\nset ecx, t3\n}',
  );
});

test('a body with nothing left in it goes, and what only its condition used', () => {
  becomes('t0 = get eax\nwhen (t0 == 0) {\nt1 = get ebx\n}\nset ecx, 1', 'set ecx, 1');
});

test.each([
  'flags logic32 t0',
  'store32 t0, 1',
  'store32 1, t0',
  'probe32 t0',
  'fault 6 if t0',
  'exit @10 if (cc0 ? 1 : t0)',
  'set eax, t0',
])('what "%s" uses stays', (line) => {
  stays(`t0 = get ebx\n${line}`);
});

test('what the end of the block uses stays', () => {
  // passText ends the block with a jump, so the end's own use is a side exit's.
  stays('t0 = get eax\nexit @10 if (multiplyHighSigned(t0, t0) != 0)');
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { checkText } from '../../../src/isolate/check-text.ts';
import { bindLoop, hasFastPath } from '../../../translator/handler.ts';
import { decodeBytes, FLAT_KEY } from '../../support/samples.ts';

const options = { suffix: '', memoryBytes: 128 << 20, pacing: 'poll' } as const;
const decoded = (source: string) => decodeBytes(assemble(source, { origin: 0x1000, bits: 32 }).bytes, 0x1000, FLAT_KEY);
const isFast = (source: string) => {
  const { form, shape } = decoded(source);
  return hasFastPath(form, shape, FLAT_KEY);
};

const fast = [
  'mov eax, ecx',
  'add eax, [esi]',
  'inc dword [esi]',
  'push eax',
  'ret',
  'jz 0x1000',
  'call 0x1000',
  'jmp eax',
];

test('a loop with the fast paths of some forms', async () => {
  const text = bindLoop(fast.map(decoded), FLAT_KEY, options);
  checkText(text);
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../golden/interpreter-loop.txt'));
});

test('fast paths share their variables: each has a place in every frame of the loop', () => {
  const text = bindLoop(fast.map(decoded), FLAT_KEY, options);
  expect(text).toMatch(/^function interpreter_loop\(i,e\)\{[^{]+;let r=i\.record(,\w+=0)+;L:/);
  expect(text).not.toMatch(/const [tk]\d/);
});

test.each(fast)('%s has a fast path', (source) => {
  expect(isFast(source)).toBe(true);
});

test.each([
  ['it is for the runtime', 'hlt'],
  ['it may be left to the runtime', 'fadd st1'],
  ['it goes to itself', 'rep movsb'],
  ['it accesses memory after a change of it', 'pusha'],
])('%s: %s has none', (_reason, source) => {
  expect(isFast(source)).toBe(false);
});

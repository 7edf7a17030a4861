import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { checkText } from '../../../src/isolate/check-text.ts';
import { bindFastPath, bindLoop } from '../../../translator/handler.ts';
import { decodeBytes, FLAT_KEY } from '../../support/samples.ts';

const options = { suffix: '', memoryBytes: 128 << 20, records: 1 << 20, pacing: 'poll', callDepth: 100 } as const;
const decoded = (source: string) => decodeBytes(assemble(source, { origin: 0x1000, bits: 32 }).bytes, 0x1000, FLAT_KEY);
const pathOf = (source: string) => bindFastPath(decoded(source), FLAT_KEY, options);
const loopOf = (sources: readonly string[]) =>
  bindLoop(
    sources.map((source) => pathOf(source)!),
    FLAT_KEY,
    options,
  );

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
  const text = loopOf(fast);
  checkText(text);
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../golden/interpreter-loop.txt'));
});

test('fast paths share their variables: each has a place in every frame of the loop', () => {
  const text = loopOf(fast);
  expect(text).toMatch(/^function interpreter_loop\(f,e\)\{let record=f\|0(,\w+=0)+;const x=e\|0,/);
  expect(text).not.toMatch(/const [tk]\d/);
});

test('there is one loop only: V8 leaves compiled code at each way out of an inner one', () => {
  expect(loopOf(fast).match(/\b(for|while|do)\b/g)).toHaveLength(1);
});

test.each(fast)('%s has a fast path', (source) => {
  expect(pathOf(source)).not.toBeNull();
});

test.each([
  ['add ecx, 1', 'add ecx, 0x12345678'],
  ['jz 0x1000', 'jz near 0x1000'],
])('%s and %s share one, though they are of two forms', (a, b) => {
  expect(decoded(a).form).not.toBe(decoded(b).form);
  expect(pathOf(a)!.text).toBe(pathOf(b)!.text);
});

test.each([
  ['it is for the runtime', 'hlt'],
  ['it may be left to the runtime', 'fadd st1'],
  ['it goes to itself', 'rep movsb'],
  ['it accesses memory after a change of it', 'pusha'],
])('%s: %s has none', (_reason, source) => {
  expect(pathOf(source)).toBeNull();
});

import { expect, test } from 'vitest';
import { coreFileHead } from '../../../src/memory-dump/core-file.ts';

test('where there are too many segments for a number of 16 bits, the first section header has it (PN_XNUM)', () => {
  const segments = Array.from({ length: 70_000 }, (_, n) => ({ virtual: n * 8192, physical: n * 4096, bytes: 4096 }));
  const head = coreFileHead(new Uint8Array(8), segments);
  const view = new DataView(head.buffer);
  expect(view.getUint16(56, true)).toBe(0xffff);
  const [sections, headers] = [Number(view.getBigUint64(40, true)), Number(view.getBigUint64(32, true))];
  expect(view.getUint32(sections + 44, true)).toBe(70_001);
  const last = headers + 70_000 * 56;
  const words = [16, 24, 32].map((at) => Number(view.getBigUint64(last + at, true)));
  expect(words).toEqual([69_999 * 8192, 69_999 * 4096, 4096]);
  expect(Number(view.getBigUint64(last + 8, true))).toBe(head.length + 69_999 * 4096);
});

import { expect, test } from 'vitest';
import { fuzzQcow2 } from './fuzz.ts';

test('100,000 mutated images give clear errors, and take no endless time or memory', {
  timeout: 1_200_000,
}, async () => {
  const { problems, memory } = await fuzzQcow2(100_000, 2);
  expect(problems).toEqual([]);
  expect(memory).toBeLessThan(512 << 20);
});

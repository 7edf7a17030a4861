import { expect, test } from 'vitest';
import { fuzzQcow2 } from './fuzz.ts';

test('mutated images give clear errors, and take no endless time or memory', async () => {
  const { problems, memory } = await fuzzQcow2(2000, 1);
  expect(problems).toEqual([]);
  expect(memory).toBeLessThan(512 << 20);
});

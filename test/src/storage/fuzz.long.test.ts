import { expect, test } from 'vitest';
import { fuzzQcow2 } from './fuzz.ts';

test('100,000 mutated images give clear errors', { timeout: 1_200_000 }, async () => {
  expect(await fuzzQcow2(100_000, 2)).toEqual([]);
});

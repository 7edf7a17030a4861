import { expect, test } from 'vitest';
import { fuzzQcow2 } from './fuzz.ts';

test('mutated images give clear errors', async () => {
  expect(await fuzzQcow2(2000, 1)).toEqual([]);
});

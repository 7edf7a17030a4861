import { expect, test } from 'vitest';
import { fuzzImages } from './fuzz.ts';
import { kinds } from './images.ts';

test.each(kinds)('100,000 mutated $name images give clear errors', { timeout: 7_200_000 }, async (kind) => {
  expect(await fuzzImages(kind, 100_000, 2)).toEqual([]);
});

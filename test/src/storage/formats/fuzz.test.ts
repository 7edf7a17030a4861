import { expect, test } from 'vitest';
import { fuzzImages } from './fuzz.ts';
import { kinds } from './images.ts';

test.each(kinds)('mutated $name images give clear errors', async (kind) => {
  expect(await fuzzImages(kind, 100, 1)).toEqual([]);
});

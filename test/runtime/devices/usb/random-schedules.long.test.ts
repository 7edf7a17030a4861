import { expect, test } from 'vitest';
import { compareWithEager } from './random-schedules.ts';

test('a hundred thousand schedules', { timeout: 600_000 }, () => {
  for (let seed = 1000; seed < 2000; seed++) expect(compareWithEager(seed, 100)).toBeNull();
});

import { expect, test } from 'vitest';
import { defaultColdRuns, Evictions } from '../../../runtime/exec/evictions.ts';

const resident = () => process.memoryUsage().rss / 2 ** 20;

test('to forget evictions takes no memory of the host where there were none', () => {
  const evictions = new Evictions(2 ** 31, defaultColdRuns);
  const before = resident();
  evictions.forget();
  // Of 2 GB there are 128 MB of granules.
  expect(resident() - before).toBeLessThan(64);
  evictions.note([0]);
  evictions.forget();
  expect(resident() - before).toBeGreaterThan(64);
});

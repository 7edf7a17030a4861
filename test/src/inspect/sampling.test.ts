import { expect, test } from 'vitest';
import { emptyShares, type ProfiledFunction, type ProfileSummary } from '../../../src/inspect/profile.ts';
import { withShares } from '../../../src/inspect/sampling.ts';
import type { TranslationInfo } from '../../../src/machine-core.ts';

const translation = (physical: number, name: string, executions: number) =>
  ({ physical, key: 1, name, executions }) as TranslationInfo;
const sampled = (name: string, self: number, physical?: number): ProfiledFunction => ({
  name,
  share: 'guest',
  self,
  total: self,
  guest: physical === undefined ? null : { physical, key: 1, linear: 0 },
  lines: new Map(),
});
const profile = (functions: ProfiledFunction[]): ProfileSummary => ({
  duration: 1000,
  samples: 10,
  shares: { ...emptyShares(), guest: 600, runtime: 400 },
  functions,
});

test('time of translations, also of those whose file V8 leaves out', () => {
  const translations = [translation(1, 'a_1', 5), translation(2, 'b_1', 9), translation(3, 'b_1', 7)];
  const shares = withShares(
    translations,
    profile([sampled('a_1', 200, 1), sampled('a_1', 100), sampled('b_1', 250), sampled('b_1', 50, 3)]),
  );
  expect(shares.map(({ share }) => share)).toEqual([0.3, 0.25, 0.05]);
});

test('a thread that slept', () => {
  const idle = { ...profile([]), shares: { ...emptyShares(), idle: 1000 } };
  expect(withShares([translation(1, 'a', 0)], idle)[0]!.share).toBe(0);
});

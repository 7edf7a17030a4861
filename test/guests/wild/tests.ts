import { describe, expect, test } from 'vitest';
import { runWild, wildSettings } from './run.ts';

/** Megabytes that a process with a guest of 64 MB has at most. */
const MOST_MEMORY = 600;

/** A guest may do what it likes: the process answers, ends when it is told to, and stays small. */
export function expectTamed(guests: readonly string[], seconds: number): void {
  describe.each(wildSettings)('wild guests, $engine, $isolate', (setting) => {
    test.each(guests)('%s', async (guest) => {
      const { megabytes } = await runWild(guest, setting, seconds);
      expect(megabytes).toBeLessThan(MOST_MEMORY);
    });
  });
}

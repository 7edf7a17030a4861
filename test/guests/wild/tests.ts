import { describe, expect, test } from 'vitest';
import { wildGuests } from './guests.ts';
import { runWild, type WildSetting } from './run.ts';

/** Megabytes that a process with a guest of 64 MB has at most. */
const MOST_MEMORY = 600;

/** A guest may do what it likes, and does: the process answers, ends when it is told to, and stays small. */
export function expectTamed(guests: readonly string[], settings: readonly WildSetting[], seconds: number): void {
  describe.each(settings)(`wild guests, $engine, $isolate, ${seconds} s`, (setting) => {
    test.each(guests)('%s', async (guest) => {
      const { megabytes, end, grown } = await runWild(guest, setting, seconds);
      expect(megabytes).toBeLessThan(MOST_MEMORY);
      const halts = wildGuests[guest]!.sign === 'halt';
      expect({ end, grows: grown > 0 }).toEqual({ end: halts ? 'halt' : null, grows: !halts });
    });
  });
}

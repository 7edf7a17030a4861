import { afterAll, describe, expect, test } from 'vitest';
import { endlessGuests } from './endless-guests.ts';
import { jumpVariants, variants } from './guest.ts';
import { InterruptedGuests } from './interrupted.ts';

const TIMES = 5;

/** Any way on is finite without a poll: of Word.attention, or of the budget where instructions or jumps are counted. */
export function expectToComeBack(pacing: 'polling' | 'counting' | 'counting jumps'): void {
  const guests = new InterruptedGuests();
  afterAll(() => guests.close());
  const alone = pacing === 'counting jumps';
  const names = [...variants, ...jumpVariants].map(({ name }) => name).filter((name) => name.endsWith(pacing));
  describe.each(names)('the dispatcher comes back, %s', (variantName) => {
    test.each(Object.entries(endlessGuests))('%s', async (_, program) => {
      expect(await guests.run({ program, variantName, times: TIMES, alone })).toHaveLength(TIMES);
    });
  });
}

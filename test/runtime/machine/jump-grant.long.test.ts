import { expect, test } from 'vitest';
import { JumpGrant } from '../../../runtime/machine/jump-grant.ts';
import { Word } from '../../../translator/abi/state.ts';
import { endlessGuests } from '../../support/endless-guests.ts';
import { jumpVariants } from '../../support/guest.ts';
import { InterruptedGuests } from '../../support/interrupted.ts';

/** The grants in turn where all of each is used up in so many nanoseconds a jump. */
function grants(nanosecondsAJump: number, turns: number): number[] {
  const state = new Int32Array(64);
  const grant = new JumpGrant(state);
  let now = 0;
  return Array.from({ length: turns }, () => {
    grant.grant(now);
    const granted = state[Word.budget]!;
    now += granted * nanosecondsAJump;
    state[Word.budget] = -1;
    return granted;
  });
}

test('jumps that take long are granted in small numbers, short ones in large', () => {
  expect(Math.max(...grants(1, 20))).toBe(1 << 16);
  const slow = grants(1000, 20).slice(-5);
  expect(Math.min(...slow) * 1000).toBeGreaterThanOrEqual(125_000);
  expect(Math.max(...slow) * 1000).toBeLessThanOrEqual(512_000);
});

test('a grant that was not used up stays as it is', () => {
  const state = new Int32Array(64);
  const grant = new JumpGrant(state);
  grant.grant(0);
  const [granted] = [state[Word.budget]];
  state[Word.budget] = 3;
  grant.grant(1e9);
  expect(state[Word.budget]).toBe(granted);
});

test.each(jumpVariants.map(({ name }) => name))(
  'a guest that never halts comes back by itself: %s',
  async (variantName) => {
    const guests = new InterruptedGuests();
    const [program] = Object.values(endlessGuests);
    const places = await guests.run({ program: program!, variantName, times: 3, alone: true });
    await guests.close();
    expect(places).toHaveLength(3);
  },
);

import { describe, expect, test } from 'vitest';
import { arpFrame } from '../../support/network/frame-guest.ts';
import { Nonsense } from '../../support/network/nonsense.ts';

describe('frames of nonsense', () => {
  test.each([1, 2, 3])('do no harm (seed %i)', async (seed) => {
    const nonsense = await Nonsense.open(seed);
    const { guest } = nonsense;
    await nonsense.feed(3000);
    expect(guest.send(arpFrame(1, '10.0.2.15', '10.0.2.2'))).toHaveLength(1);
    expect(guest.network.connections).toBeLessThan(600);
    // Nothing waits for ever.
    guest.host.timers.advance(24 * 60 * 60 * 1000);
    expect(guest.network.connections).toBe(0);
  });
});

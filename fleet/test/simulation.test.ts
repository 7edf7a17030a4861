import { expect, test } from 'vitest';
import { noRedis, TestFleet } from './support/fleet.ts';
import { simulate } from './support/simulation.ts';

test.skipIf(noRedis !== '')(
  `a simulated fleet has each machine on exactly one host after a tenth of the hosts is lost${noRedis}`,
  { timeout: 300_000 },
  async () => {
    await using fleet = await TestFleet.start();
    const { placements, failover, faults } = await simulate(fleet, {
      hosts: 20,
      machines: 200,
      lease: 3000,
      rest: 100,
    });
    expect(faults).toEqual([]);
    expect(failover.lost).toBe(2);
    // The one with the most memory left has each.
    expect(placements.least).toBeGreaterThan(5);
    expect(placements.most).toBeLessThan(15);
  },
);

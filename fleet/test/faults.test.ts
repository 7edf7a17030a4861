import { expect, test } from 'vitest';
import { type FaultFigures, sufferFaults } from './support/faults.ts';
import { noRedis, TestFleet } from './support/fleet.ts';

test.skipIf(noRedis !== '')(
  `machines and jobs go on as each part of a fleet fails, and Redis in all ways${noRedis}`,
  { timeout: 1_800_000 },
  async () => {
    await using fleet = await TestFleet.start();
    const all: FaultFigures[] = [];
    const { faults, jobs } = await sufferFaults(fleet, {
      ...{ machines: 4, jobs: 20, hosts: 2, workers: 2, lease: 4, every: 5, processor: 10 },
      told: (figures) => void all.push(figures),
    });
    expect(faults).toEqual([]);
    expect(all).toHaveLength(9);
    expect(jobs).toBeGreaterThanOrEqual(20);
    // Hosts that are told to end move their machines.
    expect(all.at(-1)!.moves).toBeGreaterThan(0);
  },
);

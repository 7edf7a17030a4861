import { expect, test } from 'vitest';
import { randomFrom } from '../../test/support/samples.ts';
import { sufferDeaths } from './support/deaths.ts';
import { noRedis, TestFleet } from './support/fleet.ts';

test.skipIf(noRedis !== '')(
  `machines go on from their last checkpoints, and never run twice, though hosts are killed and stopped all the time${noRedis}`,
  { timeout: 600_000 },
  async () => {
    await using fleet = await TestFleet.start();
    const { faults, ...figures } = await sufferDeaths(fleet, {
      ...{ machines: 4, hosts: 3, lease: 4, every: 3, processor: 20, blows: 1000, moves: 0, within: 100_000 },
      random: randomFrom(Date.now()),
    });
    expect(faults).toEqual([]);
    expect(figures.killed + figures.stopped).toBeGreaterThan(3);
    expect(figures.restarts).toBeGreaterThan(0);
  },
);

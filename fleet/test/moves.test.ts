import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FleetMachines } from '../src/machines/machines.ts';
import { putCounter } from './support/counter-guest.ts';
import { Witness } from './support/deaths.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';

const MINUTES = 60_000;
const start = { image: 'counter', every: 0, limits: { processor: 30 } };

let fleet: TestFleet;
let machines: FleetMachines;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  machines = new FleetMachines(fleet.connect, fleet.store);
  await putDemo(fleet.store);
  await putCounter(fleet.store);
}, MINUTES);
afterAll(async () => {
  await machines?.[Symbol.asyncDispose]();
  await fleet?.[Symbol.asyncDispose]();
});

/** Starts a host; its ID. */
async function host(memory = '1G'): Promise<{ id: string; process: ChildProcess }> {
  const process = fleet.host(4, memory);
  const idOf = async () => (await machines.hosts()).find(({ id }) => id.split('-').at(-2) === `${process.pid}`)?.id;
  await expect.poll(idOf, { timeout: MINUTES }).toBeDefined();
  return { id: (await idOf())!, process };
}

describe.skipIf(noRedis !== '')(`machines move${noRedis}`, { timeout: 5 * MINUTES }, () => {
  test('to another host and back, and nothing of what they say is lost or said twice', async () => {
    const one = await host();
    await machines.start('mover', start);
    expect((await machines.running('mover')).owner).toBe(one.id);
    const witness = new Witness('mover', machines.console('mover'));
    const two = await host();
    for (const to of [two, one, two]) {
      await witness.hearsMore(fleet);
      const moved = await machines.move('mover', to.id);
      expect(moved).toMatchObject({ to: to.id, passes: expect.any(Number) });
      expect((await machines.find('mover')).owner).toBe(to.id);
    }
    await witness.hearsMore(fleet);
    await witness.close();
    expect(witness.faults).toEqual([]);
    expect([witness.moves, witness.restarts]).toEqual([3, 0]);
    expect(await machines.find('mover')).toMatchObject({ token: 4, moves: 3, target: '', state: 'running' });
    await machines.stop('mover');
    for (const { process } of [one, two]) process.kill('SIGKILL');
  });
});

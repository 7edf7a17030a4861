import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeGarbage } from '../src/garbage.ts';
import { Adoption } from '../src/machines/adoption.ts';
import { FleetHost, type HostSettings } from '../src/machines/host.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { FLEET } from '../src/machines/record.ts';
import { SnapshotStore } from '../src/pieces.ts';
import { putCounter } from './support/counter-guest.ts';
import { noRedis, TestFleet } from './support/fleet.ts';

const MINUTES = 60_000;
const start = { image: 'counter', every: 0, limits: { processor: 20 } };

let fleet: TestFleet;
let machines: FleetMachines;
let redis: Redis;
beforeEach(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  await putCounter(fleet.store);
  machines = new FleetMachines(fleet.connect, fleet.store);
  redis = fleet.connect();
}, 5 * MINUTES);
afterEach(async () => {
  redis?.disconnect();
  await machines?.[Symbol.asyncDispose]();
  await fleet?.[Symbol.asyncDispose]();
});

/** A host in this process, and what it has said. */
async function hostOf(settings: Partial<HostSettings> = {}): Promise<{ host: FleetHost; said: string[] }> {
  const said: string[] = [];
  const { connect, store } = fleet;
  const log = (message: string) => void said.push(message);
  const host = await FleetHost.start({ connect, store, memory: 2 ** 30, lease: 2000, grace: 1000, log, ...settings });
  return { host, said };
}

/** The next number that a machine says. */
async function nextNumber(name: string): Promise<number> {
  await using line = machines.console(name);
  let text = '';
  for await (const { bytes } of line.output('now')) {
    text += Buffer.from(bytes).toString();
    const [, digits] = text.match(/(?:^|\n)([\dA-F]{8})\n/) ?? [];
    if (digits !== undefined) return Number.parseInt(digits, 16);
  }
  throw new Error('the console is closed');
}

/** Adoption of what hosts tell, as soon as so many have. */
async function adopt(hosts: number, checkpoints = false): Promise<Adoption> {
  await expect.poll(async () => (await Adoption.look(redis, fleet.store))?.hosts.length ?? 0).toBe(hosts);
  const adoption = (await Adoption.look(redis, fleet.store))!;
  await adoption.carryOut({ checkpoints });
  return adoption;
}

describe.skipIf(noRedis !== '')(`a Redis that was emptied${noRedis}`, { timeout: 5 * MINUTES }, () => {
  test('takes no machine from its host, which has them again by adopt', async () => {
    const [one, two] = [await hostOf(), await hostOf()];
    await using _one = one.host;
    await using _two = two.host;
    for (const name of ['m1', 'm2', 'm3']) await machines.start(name, start);
    for (const name of ['m1', 'm2', 'm3']) await machines.running(name);
    const before = await Promise.all(['m1', 'm2', 'm3'].map(async (name) => await machines.find(name)));
    const number = await nextNumber('m1');
    await redis.flushall();
    await expect.poll(() => one.said.join()).toContain("'rawiron-fleet adopt' puts the records back");
    await expect.poll(() => two.said.join()).toContain('adopt');
    const { code, errors } = await fleet.command('ps');
    expect([code, errors]).toEqual([2, expect.stringContaining('it was emptied')]);
    await expect(machines.start('m4', start)).rejects.toThrow(/it was emptied/);
    const { output } = await fleet.command('adopt', '--dry-run');
    for (const { name, owner } of before) expect(output).toMatch(new RegExp(`\n${name} +on ${owner}`));
    expect((await fleet.command('adopt')).output).toContain('\n3 machines are back, 2 hosts go on\n');
    const same = before.map(({ name, owner, token, born, manifest }) => ({ name, owner, token, born, manifest }));
    expect(await machines.list()).toMatchObject(same.map((record) => ({ ...record, state: 'running' })));
    // No checkpoint was made: it goes on as it was.
    expect(await nextNumber('m1')).toBeGreaterThanOrEqual(number);
    await machines.stop('m1');
    await machines.suspend('m2');
    expect((await machines.list()).map(({ name, state }) => [name, state])).toEqual([
      ['m2', 'suspended'],
      ['m3', 'running'],
    ]);
    expect((await fleet.command('adopt')).output).toContain('nothing is changed');
  });

  test('loses no checkpoint: machines whose hosts are gone go on from there, if an operator says so', async () => {
    const lost = fleet.host(2);
    await machines.start('m1', start);
    await machines.running('m1');
    await machines.start('off', start);
    await machines.running('off');
    await machines.suspend('off');
    await nextNumber('m1');
    const { offset, manifest } = await machines.checkpoint('m1');
    expect(offset).toBeGreaterThan(0);
    lost.kill('SIGKILL');
    await fleet.redis.kill('SIGKILL');
    await fleet.redis.empty();
    fleet.redis.start();
    const waiting = hostOf();
    await expect.poll(() => Adoption.look(redis, fleet.store)).toBeDefined();
    await expect(adopt(0)).rejects.toThrow(/^m1 \(computer0-.+\): hosts that had them do not answer.+--checkpoints/);
    await adopt(0, true);
    const { host } = await waiting;
    await using _host = host;
    expect(await machines.running('m1')).toMatchObject({ manifest, offset, token: 2, owner: host.id });
    expect(await nextNumber('m1')).toBeGreaterThan(Math.floor(offset / 9));
    expect(await machines.find('off')).toMatchObject({ state: 'suspended', owner: '' });
  });
});

test.skipIf(noRedis !== '')(
  `a host that ends before the records are back leaves its machines in the store${noRedis}`,
  { timeout: 5 * MINUTES },
  async () => {
    const { host, said } = await hostOf({ grace: MINUTES });
    await machines.start('m1', start);
    await machines.running('m1');
    const number = await nextNumber('m1');
    await redis.flushall();
    await expect.poll(() => said.join()).toContain('adopt');
    await host.stop();
    // What it has told last is still there.
    await (await Adoption.look(redis, fleet.store))!.carryOut({ checkpoints: false });
    await using next = (await hostOf()).host;
    expect(await machines.running('m1')).toMatchObject({ owner: next.id, token: 2 });
    expect(await nextNumber('m1')).toBeGreaterThanOrEqual(number);
  },
);

describe.skipIf(noRedis !== '')(`the store of a Redis that was emptied${noRedis}`, { timeout: 5 * MINUTES }, () => {
  test('keeps what its records of machines name', async () => {
    const { host } = await hostOf();
    await using _host = host;
    await machines.start('m1', start);
    await machines.running('m1');
    await nextNumber('m1');
    const { manifest } = await machines.checkpoint('m1');
    await machines.suspend('m1');
    const { manifest: last } = await machines.find('m1');
    await redis.flushall();
    const past = new Date(Date.now() - 2 * 24 * 3600_000);
    const { place } = fleet.store;
    const age = async () => {
      for (const entry of await readdir(place, { recursive: true })) await utimes(join(place, entry), past, past);
    };
    await age();
    await expect(removeGarbage(redis, fleet.store)).rejects.toThrow(/it was emptied/);
    await (await Adoption.look(redis, fleet.store))!.carryOut({ checkpoints: false });
    // It is taken away, and removed a day later.
    for (let n = 0; n < 2; n++) {
      await removeGarbage(redis, fleet.store);
      await age();
    }
    expect(await new SnapshotStore(fleet.store).get(last)).toBeDefined();
    // Nobody names the checkpoint before it.
    expect(manifest).not.toBe(last);
    await expect(new SnapshotStore(fleet.store).get(manifest)).rejects.toThrow(/the store lacks/);
  });
});

describe.skipIf(noRedis !== '')(`a Redis with old records${noRedis}`, { timeout: 5 * MINUTES }, () => {
  test('is noticed by hosts, and gets what they have by adopt', async () => {
    const { host, said } = await hostOf();
    await using _host = host;
    await machines.start('m1', start);
    await machines.running('m1');
    // A copy of some minutes ago has an older beat, and another host.
    await redis.hset(FLEET, 'at', Number(await redis.hget(FLEET, 'at')) - 120_000);
    await redis.hset('rawiron:machine:m1', 'owner', 'gone', 'token', 0);
    await expect.poll(() => said.join()).toContain('put back from an old copy');
    await adopt(1);
    await expect.poll(() => machines.find('m1')).toMatchObject({ owner: host.id, token: 1, state: 'running' });
    await nextNumber('m1');
  });
});

describe.skipIf(noRedis !== '')(`a Redis whose memory is full${noRedis}`, { timeout: 5 * MINUTES }, () => {
  test('has machines stand still, which go on as they were', async () => {
    const { host, said } = await hostOf();
    await using _host = host;
    await machines.start('m1', start);
    await machines.running('m1');
    const number = await nextNumber('m1');
    await redis.config('SET', 'maxmemory', '1mb');
    await expect.poll(() => said.join()).toContain('its memory is full; raise its maxmemory');
    await expect.poll(() => said.join()).toContain('its machines stand still');
    const { code, errors } = await fleet.command('suspend', 'm1');
    expect([code, errors]).toEqual([2, expect.stringMatching(/^rawiron-fleet: Redis refuses: its memory is full/)]);
    await redis.config('SET', 'maxmemory', '0');
    await expect.poll(() => nextNumber('m1')).toBeGreaterThanOrEqual(number);
    expect(await machines.find('m1')).toMatchObject({ token: 1, owner: host.id });
  });
});

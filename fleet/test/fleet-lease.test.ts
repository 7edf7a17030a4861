import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leaseIn } from '../src/cli/fleet.ts';
import { FleetHost, type HostSettings } from '../src/machines/host.ts';
import { HeardHosts, Lease } from '../src/machines/lease.ts';
import { settingsFaults } from '../src/redis-settings.ts';
import { noRedis, TestFleet } from './support/fleet.ts';

let fleet: TestFleet;
let redis: Redis;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  redis = fleet.connect();
});
afterAll(async () => {
  redis?.disconnect();
  await fleet?.[Symbol.asyncDispose]();
});

function host(settings: Partial<HostSettings> = {}): Promise<FleetHost> {
  const { connect, store } = fleet;
  return FleetHost.start({ connect, store, memory: 2 ** 30, log: () => {}, ...settings });
}

const leases = async () => {
  const keys = (await redis.keys('rawiron:host:*')).filter((key) => key.split(':').length === 3);
  return await Promise.all(keys.map((key) => redis.hget(key, 'lease')));
};

describe.skipIf(noRedis !== '')(`the lease of a fleet${noRedis}`, () => {
  test('is that of the first host; another one is refused, with the command that changes it for all', async () => {
    await using _first = await host({ lease: 3000 });
    const { code, errors } = await fleet.command('host', '--lease', '5');
    expect([code, errors]).toEqual([
      2,
      "rawiron-fleet: the hosts of this fleet have a lease of 3 s, not 5 s: leave it out here, or change it for all of them with 'rawiron-fleet lease 5'\n",
    ]);
    await using _same = await host({ lease: 3000 });
    await using _silent = await host();
    expect(await leases()).toEqual(['3000', '3000', '3000']);
    expect((await fleet.command('lease')).output).toBe('3 s\n');
    expect((await fleet.command('lease', '5')).output).toBe('5 s\n');
    await expect.poll(leases).toEqual(['5000', '5000', '5000']);
    expect(() => leaseIn('--lease', '0')).toThrow('--lease 0: give 1 to 600 seconds');
    expect(() => leaseIn('lease', 'long')).toThrow('lease long: give');
  });
});

/** A holder whose beats are heard, with the leases that it has told. */
function heldLease(duration: number) {
  const time = { now: 0 };
  const told: number[] = [];
  const beat = async (lease: number) => void told.push(lease);
  return { time, told, lease: new Lease(duration, { beat, stale: () => {}, fresh: () => {} }, () => time.now) };
}

describe('a lease that changes', () => {
  test('to a shorter one ends earlier as soon as others may know', async () => {
    const { time, told, lease } = heldLease(9000);
    await lease.renew();
    lease.change(900);
    time.now += 100;
    await lease.renew();
    expect(told).toEqual([9000, 900]);
    time.now += 599;
    expect(lease.isFresh).toBe(true);
    time.now += 2;
    expect(lease.isFresh).toBe(false);
    lease.stop();
  });

  test('ends earlier though the answer is lost', async () => {
    const time = { now: 0 };
    let isHeard = true;
    const beat = () => (isHeard ? Promise.resolve() : Promise.reject(new Error('lost')));
    const lease = new Lease(9000, { beat, stale: () => {}, fresh: () => {} }, () => time.now);
    await lease.renew();
    lease.change(900);
    isHeard = false;
    await lease.renew();
    time.now += 601;
    expect(lease.isFresh).toBe(false);
    lease.stop();
  });

  test('is for others that which a host has told with its last beat', () => {
    const time = { now: 0 };
    const heard = new HeardHosts(() => time.now);
    heard.hear({ id: 'slow', beat: 1, lease: 60_000 });
    heard.hear({ id: 'fast', beat: 1, lease: 5000 });
    time.now = 5001;
    expect(['slow', 'fast'].map((id) => heard.isLost(id))).toEqual([false, true]);
  });
});

describe.skipIf(noRedis !== '')(`settings of a Redis${noRedis}`, () => {
  test('by which records are lost are told of, for hosts those of the last second too', async () => {
    expect(await settingsFaults(redis, 'host')).toEqual([]);
    await redis.config('SET', 'appendfsync', 'everysec');
    expect(await settingsFaults(redis, 'worker')).toEqual([]);
    expect(await settingsFaults(redis, 'host')).toEqual([expect.stringContaining('appendfsync everysec')]);
    await redis.config('SET', 'appendonly', 'no');
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const faults = [expect.stringContaining('maxmemory-policy allkeys-lru'), expect.stringContaining('appendonly no')];
    for (const part of ['host', 'worker', 'gateway'] as const)
      expect(await settingsFaults(redis, part)).toEqual(faults);
    for (const command of ['host', 'worker', 'gateway']) {
      const { code, errors } = await fleet.command(command, '--strict');
      expect([code, errors]).toEqual([2, expect.stringMatching(/allkeys-lru[\s\S]+appendonly no[\s\S]+--strict/)]);
    }
  });

  test('are not asked for where a Redis does not say', async () => {
    const silent = fleet.connect();
    silent.config = (() => Promise.reject(new Error('ERR unknown command'))) as unknown as typeof silent.config;
    silent.info = (async () => '') as typeof silent.info;
    expect(await settingsFaults(silent, 'host')).toEqual([]);
    silent.disconnect();
  });
});

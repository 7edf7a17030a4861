import { describe, expect, test } from 'vitest';
import { HeardHosts, Lease } from '../src/machines/lease.ts';

/** A lease of 900 milliseconds by a clock that the test moves. */
function leaseOf(beat: () => Promise<void> = async () => {}) {
  const time = { now: 1000 };
  const told: string[] = [];
  const holder = { beat, stale: () => void told.push('stale'), fresh: () => void told.push('fresh') };
  return { time, told, lease: new Lease(900, holder, () => time.now) };
}

describe('a lease', () => {
  test('lasts for two thirds of the time after which others take what the host has', async () => {
    const { time, told, lease } = leaseOf();
    expect(lease.isFresh).toBe(false);
    await lease.renew();
    expect([lease.isFresh, told]).toEqual([true, ['fresh']]);
    time.now += 599;
    expect(lease.isFresh).toBe(true);
    time.now += 1;
    expect([lease.isFresh, told]).toEqual([false, ['fresh', 'stale']]);
    lease.stop();
  });

  test('counts from when the host asked, not from when it was heard', async () => {
    let answer = () => {};
    const { time, told, lease } = leaseOf(() => new Promise((resolve) => (answer = resolve)));
    const renewed = lease.renew();
    time.now += 700;
    answer();
    await renewed;
    expect([lease.isFresh, told]).toEqual([false, []]);
    lease.stop();
  });

  test('is not renewed by what nobody hears', async () => {
    let isHeard = true;
    const { time, told, lease } = leaseOf(async () => {
      if (!isHeard) throw new Error('nobody');
    });
    await lease.renew();
    isHeard = false;
    time.now += 500;
    await lease.renew();
    time.now += 200;
    expect(lease.isFresh).toBe(false);
    isHeard = true;
    await lease.renew();
    expect([lease.isFresh, told]).toEqual([true, ['fresh', 'stale', 'fresh']]);
    lease.stop();
  });

  test('tells that it is over without being asked', async () => {
    const told: string[] = [];
    const holder = { beat: async () => {}, stale: () => void told.push('stale'), fresh: () => void told.push('fresh') };
    const lease = new Lease(60, holder);
    await lease.renew();
    await expect.poll(() => told).toEqual(['fresh', 'stale']);
    lease.stop();
  });
});

test('a host is lost when its beat has not changed for the time of a lease, by the own clock', () => {
  const time = { now: 0 };
  const heard = new HeardHosts(() => time.now);
  expect(heard.isLost('a')).toBe(false);
  heard.hear({ id: 'a', beat: 7, lease: 900 });
  time.now += 450;
  expect(heard.isSilent('a')).toBe(false);
  time.now += 450;
  heard.hear({ id: 'a', beat: 7, lease: 900 });
  expect([heard.isLost('a'), heard.isSilent('a')]).toEqual([false, true]);
  time.now += 1;
  expect(heard.isLost('a')).toBe(true);
  heard.hear({ id: 'a', beat: 8, lease: 900 });
  expect(heard.isLost('a')).toBe(false);
  time.now += 10_000;
  heard.forget('a');
  expect(heard.isLost('a')).toBe(false);
});

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { randomFrom } from '../../test/support/samples.ts';
import { putBlob } from '../src/blobs.ts';
import { FolderStore } from '../src/folder-store.ts';
import { getKept, LEAST_AGE } from '../src/fossils.ts';
import { removeGarbage, removeUnnamed } from '../src/garbage.ts';
import { nameImage } from '../src/images.ts';
import { SnapshotStore } from '../src/pieces.ts';
import { failedResult, RunResults } from '../src/results.ts';
import { forgetRun, keepRun, type Run } from '../src/run.ts';
import { putRunRecord } from '../src/run-records.ts';
import type { ObjectStore } from '../src/store.ts';
import { tenantStore } from '../src/tenants/store.ts';
import { CLEANING_KEY, lastCleaning, Upkeep } from '../src/upkeep.ts';
import { range, snapshotOf } from './support/block-snapshot.ts';
import { noRedis, TestFleet } from './support/fleet.ts';
import { changedStore, memoryStore } from './support/stores.ts';

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

const NONE = { objects: 0, bytes: 0, away: 0 };
const DAY = LEAST_AGE;

describe('pieces that nothing names', () => {
  test('are taken away, and removed a day later', async () => {
    let now = 0;
    const store = memoryStore(() => now);
    const [kept, lost] = [
      await new SnapshotStore(store).put(snapshotOf(100, range(0, 500))),
      await new SnapshotStore(store).put(snapshotOf(100, range(200, 900))),
    ];
    const clean = () => removeUnnamed(store, new Set([kept]), DAY);
    expect(await clean()).toEqual(NONE);
    now += DAY;
    const { away, objects } = await clean();
    expect([objects, away > 1]).toEqual([0, true]);
    expect(await clean()).toEqual(NONE);
    now += DAY;
    expect(await clean()).toMatchObject({ objects: away, away: 0 });
    expect((await new SnapshotStore(store).get(kept)).length).toBe(32 + 100 + 500 * 4096);
    await expect(new SnapshotStore(store).get(lost)).rejects.toThrow(/the store lacks/);
    expect((await store.list('')).filter(({ key }) => !/^(pieces|manifests)\//.test(key))).toEqual([]);
  });

  test.each(['read', 'named'])('are put back when they are %s', async (act) => {
    let now = 0;
    const store = memoryStore(() => now);
    const snapshot = snapshotOf(100, range(0, 500));
    const manifest = await new SnapshotStore(store).put(snapshot);
    now += DAY;
    await removeUnnamed(store, new Set(), DAY);
    expect((await store.list('')).every(({ key }) => key.startsWith('fossils/'))).toBe(true);
    if (act === 'named') await removeUnnamed(store, new Set([manifest]), DAY);
    expect(Buffer.from(await new SnapshotStore(store).get(manifest)).equals(snapshot)).toBe(true);
    now += DAY;
    await removeUnnamed(store, new Set([manifest]), DAY);
    expect(await store.list('fossils/')).toEqual([]);
    expect(Buffer.from(await new SnapshotStore(store).get(manifest)).equals(snapshot)).toBe(true);
  });
});

describe('pieces that are taken away', () => {
  test.each(['move', 'remove'] as const)('and are written again before a %s stay whole', async (act) => {
    let now = 0;
    const objects = memoryStore(() => now);
    const snapshot = snapshotOf(100, range(0, 500));
    await new SnapshotStore(objects).put(snapshot);
    let manifest = '';
    const other = new SnapshotStore(objects);
    const putFirst = async () => {
      if (manifest === '') manifest = await other.put(snapshot);
    };
    const store = changedStore(objects, {
      async move(from, to) {
        if (act === 'move') await putFirst();
        await objects.move(from, to);
      },
      async remove(key) {
        if (act === 'remove') await putFirst();
        await objects.remove(key);
      },
    });
    for (const _ of [1, 2]) {
      now += DAY + 1000;
      await removeUnnamed(store, new Set(manifest === '' ? [] : [manifest]), DAY);
    }
    // Its host believes for half a day that all is there.
    expect(await other.put(snapshot)).toBe(manifest);
    expect(Buffer.from(await new SnapshotStore(objects).get(manifest)).equals(snapshot)).toBe(true);
  });

  test('are removed, though an image is damaged', async () => {
    let now = 0;
    const store = memoryStore(() => now);
    await new SnapshotStore(store).put(snapshotOf(100, range(0, 500)));
    now += DAY;
    expect((await removeUnnamed(store, new Set(['ab'.repeat(32)]), DAY)).away).toBeGreaterThan(0);
  });
});

test('under load no snapshot that is named loses a piece, and what nothing names goes', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const random = randomFrom(20_260_301);
  const below = (most: number) => Math.floor(random() * most);
  const objects = memoryStore(() => now);
  const slow =
    <Words extends unknown[], Result>(call: (...words: Words) => Promise<Result>) =>
    async (...words: Words): Promise<Result> => {
      for (let turns = below(4); turns > 0; turns--) await turn();
      now += below(60_000);
      return await call(...words);
    };
  const { get, put, find, remove, move } = objects;
  const store: ObjectStore = {
    ...objects,
    ...{ get: slow(get), put: slow(put), find: slow(find), remove: slow(remove), move: slow(move) },
  };
  // Parts that come and go, so that old pieces are needed again.
  const parts = range(0, 12).map((part) => range(part * 1000, part * 1000 + 40));
  const named = new Map<number, { readonly manifest: string; readonly snapshot: Uint8Array }>();
  const END = 60 * DAY;
  const figures = { puts: 0, reads: 0, sweeps: 0, away: 0, objects: 0 };
  const host = async (number: number) => {
    let snapshots = new SnapshotStore(store);
    while (now < END) {
      if (random() < 0.1) snapshots = new SnapshotStore(store);
      const snapshot = snapshotOf(100, [number, ...range(0, 3).flatMap(() => parts[below(parts.length)]!)]);
      named.set(number, { manifest: await snapshots.put(snapshot), snapshot });
      figures.puts++;
      for (const { manifest, snapshot } of named.values()) {
        const read = await new SnapshotStore(store).get(manifest);
        expect(Buffer.from(read).equals(snapshot)).toBe(true);
        figures.reads++;
      }
      // Now and then it rests for days.
      for (const end = now + below(3) * DAY; now < end && now < END; ) await turn();
    }
  };
  let isOver = false;
  const cleaner = async () => {
    while (!isOver) {
      const { away, objects } = await removeUnnamed(
        store,
        new Set([...named.values()].map((one) => one.manifest)),
        DAY,
      );
      figures.sweeps++;
      figures.away += away;
      figures.objects += objects;
      now += 600_000;
    }
  };
  const cleaning = [cleaner(), cleaner()];
  await Promise.all(range(0, 5).map(host));
  isOver = true;
  await Promise.all(cleaning);
  vi.restoreAllMocks();
  for (const figure of Object.values(figures)) expect(figure).toBeGreaterThan(20);
});

/** Lets everything in a store be written so many days ago. */
async function age(store: FolderStore, days: number): Promise<void> {
  const then = new Date(Date.now() - days * DAY);
  for (const entry of await readdir(store.place, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), then, then);
}

/** A run with a text, a file of a job, and a large result. */
async function leave(store: ObjectStore, tenant: string, name: string): Promise<Run> {
  const own = tenantStore(store, tenant);
  const digest = await putBlob(own, Buffer.from(`text of ${name}`));
  const id = `${tenant === '' ? '' : `${tenant}/`}20300101000000-${name}`;
  const run: Run = {
    ...{ id, image: await new SnapshotStore(store).put(snapshotOf(100, range(0, 40))) },
    ...{ work: { kind: 'module', digest }, count: 1, timeout: 60, tries: 1, limits: {} },
  };
  await putRunRecord(store, run);
  await keepRun(redis, run, 1e6);
  await own.put(`runs/20300101000000-${name}/0/aa/big.bin`, new Uint8Array(1000));
  await new RunResults(redis, store, id).keep(failedResult(0, 1, 'x'.repeat(8000)));
  return run;
}

describe.skipIf(noRedis !== '')(`what runs leave${noRedis}`, () => {
  const filesOf = async (store: FolderStore) =>
    (await store.list('')).map(({ key }) => key.replace(/[\da-f]{64}|[\da-f]{8}(?=\.json)/, 'x'));

  test('goes when Redis has forgotten them, those of tenants too', async () => {
    await redis.flushall();
    const store = new FolderStore(join(fleet.folder, 'forgotten'));
    const runs = [await leave(store, '', '0000000a'), await leave(store, 'acme', '0000000b')];
    await age(store, 30);
    // Somebody may still ask for them.
    const before = await filesOf(store);
    const common = before.filter((name) => /^(pieces|manifests)/.test(name)).length;
    expect(before).toHaveLength(2 * 4 + common);
    expect(await removeGarbage(redis, store)).toEqual(NONE);
    expect(await filesOf(store)).toEqual(before);
    for (const { id } of runs) await forgetRun(redis, id);
    expect(await removeGarbage(redis, store)).toMatchObject({ objects: 2 * 3, away: 2 + common });
    const left = await filesOf(store);
    expect(left).toHaveLength(2 + common);
    for (const name of left) expect(name).toMatch(/^(tenants\/acme\/)?fossils\//);
    await age(store, 2);
    await removeGarbage(redis, store);
    expect(await filesOf(store)).toEqual([]);
  });

  test('stays for a week after Redis has lost them: they may be asked for', async () => {
    await redis.flushall();
    const store = new FolderStore(join(fleet.folder, 'lost'));
    const run = await leave(store, 'acme', '0000000c');
    await redis.flushall();
    await age(store, 6);
    const before = await filesOf(store);
    expect(await removeGarbage(redis, store)).toEqual(NONE);
    expect(await filesOf(store)).toEqual(before);
    expect(await getKept(tenantStore(store, 'acme'), `blobs/${run.work.digest}`)).toBeDefined();
  });

  test('and whoever was killed as it wrote, goes; an image that is damaged holds nothing up', async () => {
    await redis.flushall();
    const store = new FolderStore(join(fleet.folder, 'unfinished'));
    mkdirSync(join(store.place, 'runs/x'), { recursive: true });
    writeFileSync(join(store.place, 'runs/x/big.bin.1.unfinished'), 'x');
    await removeGarbage(redis, store);
    expect(await readdir(join(store.place, 'runs/x'))).toHaveLength(1);
    await nameImage(store, { name: 'damaged', manifest: 'ab'.repeat(32), memory: 1 });
    await putBlob(store, Buffer.from('old'));
    await age(store, 2);
    expect(await removeGarbage(redis, store)).toEqual({ ...NONE, away: 1 });
    expect(await readdir(join(store.place, 'runs/x'))).toHaveLength(0);
    await expect(removeGarbage(redis, store, 1000)).rejects.toThrow(/younger than a day/);
  });
});

test.skipIf(noRedis !== '')(`a fleet removes its garbage by itself, one process at a time${noRedis}`, async () => {
  await redis.flushall();
  const store = new FolderStore(join(fleet.folder, 'own'));
  await putBlob(store, Buffer.from('old'));
  await age(store, 2);
  const told: string[] = [];
  const settings = { connect: fleet.connect, store, look: 10, log: (message: string) => void told.push(message) };
  await using _one = new Upkeep(settings);
  await using _other = new Upkeep(settings);
  await expect.poll(() => told).toEqual(['0 objects that nothing names were removed, 1 more may go in a day']);
  expect(await lastCleaning(redis)).toMatchObject({ objects: 0, bytes: 0 });
  await age(store, 2);
  // As when the time is over.
  await redis.del(CLEANING_KEY);
  await expect.poll(() => told[1]).toBe('1 objects that nothing names were removed, 0 more may go in a day');
});

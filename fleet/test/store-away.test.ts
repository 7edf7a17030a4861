import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../src/error.ts';
import { busyQueues } from '../src/queues.ts';
import { failedResult, RunResults } from '../src/results.ts';
import type { JobResult } from '../src/run.ts';
import type { ObjectStore } from '../src/store.ts';
import { SubmittedRun } from '../src/submit.ts';
import { FleetWorker } from '../src/worker.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { changedStore } from './support/stores.ts';

let fleet: TestFleet;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  await putDemo(fleet.store);
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

/** The fleet's store, where calls fail as a function says. */
function failing(failure: (act: 'get' | 'put', key: string) => Error | undefined): ObjectStore {
  const { store } = fleet;
  const check = (act: 'get' | 'put', key: string) => {
    const error = failure(act, key);
    if (error !== undefined) throw error;
  };
  return changedStore(store, {
    async get(key) {
      check('get', key);
      return await store.get(key);
    },
    async put(key, bytes) {
      check('put', key);
      await store.put(key, bytes);
    },
  });
}

async function submit(): Promise<SubmittedRun> {
  const text = 'export default () => 5;';
  return await SubmittedRun.submit(fleet.connect, fleet.store, { image: 'demo', text, tries: 1 });
}

async function startWorker(store: ObjectStore): Promise<FleetWorker> {
  return await FleetWorker.start({ connect: fleet.connect, store, slots: 1, log: () => {} });
}

/** The one result of a run. */
async function resultOf(run: SubmittedRun): Promise<JobResult> {
  for await (const result of run.results()) return result;
  throw new Error('there is none');
}

describe.skipIf(noRedis !== '')(`a job whose store is away${noRedis}`, () => {
  test.each(['get', 'put'] as const)('for a while, at a %s, loses no try by that', async (which) => {
    let failures = 2;
    const store = failing((act) => (act === which && failures-- > 0 ? new StoreError('it is away') : undefined));
    await using _worker = await startWorker(store);
    await using run = await submit();
    expect(await resultOf(run)).toMatchObject({ status: 'done', value: 5, tries: 1 });
    expect(failures).toBeLessThan(0);
  });

  test('in a way that nobody knows has a result all the same', async () => {
    const store = failing((act) => (act === 'put' ? new Error('odd') : undefined));
    await using _worker = await startWorker(store);
    await using run = await submit();
    expect(await resultOf(run)).toMatchObject({ status: 'failed', error: 'odd', tries: 1 });
  });
});

describe.skipIf(noRedis !== '')(`a job that another worker was faster with${noRedis}`, () => {
  test.each(['before it begins', 'before its files are kept', 'as its files are kept'])(
    '%s leaves the result, and its files, as they are',
    async (when) => {
      await using run = await submit();
      const { id } = run.run;
      const redis = fleet.connect();
      const file = `runs/${id}/0/other/serial.log`;
      await fleet.store.put(file, new Uint8Array([7]));
      const results = new RunResults(redis, fleet.store, id);
      const finish = () => results.keep({ ...failedResult(0, 1, 'first'), files: { 'serial.log': file } });
      if (when === 'before it begins') await finish();
      const late = failing((act, key) => {
        if (when === 'before its files are kept' && act === 'get' && key.startsWith('blobs')) void finish();
        if (when === 'as its files are kept' && act === 'put') void finish();
        return undefined;
      });
      await using worker = await startWorker(late);
      await expect.poll(() => busyQueues(redis)).toEqual([]);
      await worker.stop();
      expect(await results.find(0)).toMatchObject({ error: 'first', files: { 'serial.log': file } });
      expect(await fleet.store.get(file)).toEqual(Buffer.from([7]));
      const files = (await fleet.store.list(`runs/${id}/0/`)).length;
      expect(files).toBe(when === 'as its files are kept' ? 2 : 1);
      redis.disconnect();
    },
  );
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeGarbage } from '../src/garbage.ts';
import { findImage, listImages } from '../src/images.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { jobsKey } from '../src/queues.ts';
import { RunResults } from '../src/results.ts';
import { type JobResult, resultsKey } from '../src/run.ts';
import { SubmittedRun } from '../src/submit.ts';
import { jobRoom } from '../src/tenants/job-room.ts';
import { tenantStore } from '../src/tenants/store.ts';
import { Tenants } from '../src/tenants/tenants.ts';
import { Tokens } from '../src/tenants/tokens.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { changedStore } from './support/stores.ts';

const start = { image: 'demo', every: 0, limits: { processor: 30 } };

let fleet: TestFleet;
let redis: Redis;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  redis = fleet.connect();
  const tenants = new Tenants(redis);
  await tenants.set('acme', { machines: 2, memory: 100 << 20, slots: 1 });
  await tenants.set('other', {});
  await putDemo(tenantStore(fleet.store, 'acme'));
});
afterAll(async () => {
  redis?.disconnect();
  await fleet?.[Symbol.asyncDispose]();
});

const machinesOf = (tenant?: string) => new FleetMachines(fleet.connect, fleet.store, tenant);

describe.skipIf(noRedis !== '')(`tenants${noRedis}`, () => {
  test('have images and machines of their own, as many as they may', async () => {
    await using acme = machinesOf('acme');
    await using other = machinesOf('other');
    await using all = machinesOf();
    await acme.start('web', start);
    await expect(other.start('web', start)).rejects.toThrow("there is no image 'demo'");
    await putDemo(tenantStore(fleet.store, 'other'));
    await other.start('web', start);
    expect((await acme.list()).map(({ name }) => name)).toEqual(['web']);
    expect((await all.list()).map(({ name }) => name)).toEqual(['acme/web', 'other/web']);
    for (const name of ['other/web', 'acme/web', '../web'])
      await expect(acme.find(name)).rejects.toThrow(/is no name of a machine/);
    await acme.start('mail', start);
    await expect(acme.start('third', start)).rejects.toThrow(/acme has as many machines as it may have/);
    await acme.stop('mail');
    await new Tenants(redis).set('acme', { memory: 20 << 20, slots: 1 });
    await expect(acme.start('third', start)).rejects.toThrow(/may not have so much memory/);
    expect(await new Tenants(redis).find('acme')).toMatchObject({ machines: 1, memory: 16 << 20 });
    await expect(machinesOf('nobody').clone('web', 'x')).rejects.toThrow(/there is no machine 'nobody\/web'/);
    await all.stop('acme/web');
    await other.stop('web');
    expect(await all.list()).toEqual([]);
    expect((await new Tenants(redis).find('acme')).memory).toBe(0);
  });

  test('have pieces in common, which stay as long as one names them', async () => {
    const { manifest } = await findImage(tenantStore(fleet.store, 'other'), 'demo');
    expect((await findImage(tenantStore(fleet.store, 'acme'), 'demo')).manifest).toHaveLength(manifest.length);
    expect(await listImages(fleet.store)).toEqual([]);
    const aged = <Kept extends { age: number }>(object: Kept) => ({ ...object, age: 1e9 });
    const store = changedStore(fleet.store, {
      find: async (key) => {
        const found = await fleet.store.find(key);
        return found && aged(found);
      },
      list: async (prefix) => (await fleet.store.list(prefix)).map(aged),
    });
    expect(await removeGarbage(redis, store)).toEqual({ objects: 0, bytes: 0, away: 0 });
  });

  test('have jobs of their own, as many at a time as they may', async () => {
    const worker = fleet.worker(2);
    const module = join(fleet.folder, 'alone.ts');
    writeFileSync(
      module,
      `let others = 0;
       export default async (machine, { number, artefact }) => {
         if (others++ > 0) throw new Error('another one is here');
         await new Promise((resolve) => setTimeout(resolve, 700));
         others--;
         artefact('number.txt', String(number));
         return number;
       };`,
    );
    const options = { image: 'demo', module, count: 3, tries: 1, tenant: 'acme' };
    await using run = await SubmittedRun.submit(fleet.connect, fleet.store, options);
    const results: JobResult[] = [];
    for await (const result of run.results()) results.push(result);
    expect(results.map(({ status, tries, error }) => ({ status, tries, error }))).toEqual(
      results.map(() => ({ status: 'done', tries: 1, error: undefined })),
    );
    const file = results[0]!.files['number.txt']!;
    expect(await fleet.store.get(file)).toBe(undefined);
    expect(await tenantStore(fleet.store, 'acme').get(file)).toHaveLength(1);
    worker.kill('SIGKILL');
  });
});

describe.skipIf(noRedis !== '')(`queues of tenants${noRedis}`, () => {
  test('take turns: few jobs are done before the many of another one that came first', async () => {
    await new Tenants(redis).set('acme', {});
    const worker = fleet.worker(1);
    const text = 'export default async () => { await new Promise((resolve) => setTimeout(resolve, 50)); };';
    const options = { image: 'demo', text, tries: 1 };
    const submit = (tenant: string, count: number) =>
      SubmittedRun.submit(fleet.connect, fleet.store, { ...options, tenant, count });
    await using many = await submit('acme', 500);
    await expect.poll(() => redis.hlen(resultsKey(many.run.id))).toBeGreaterThan(0);
    await using few = await submit('other', 5);
    for await (const { status } of few.results()) expect(status).toBe('done');
    expect(await redis.hlen(resultsKey(many.run.id))).toBeLessThan(490);
    await many.cancel();
    // Later tests look at what is in the queues.
    worker.kill('SIGKILL');
  });
});

describe.skipIf(noRedis !== '')(`the jobs of a tenant${noRedis}`, () => {
  test('are as many as it may have, also where several runs are submitted at once', async () => {
    await new Tenants(redis).set('eager', { jobs: 5 });
    await putDemo(tenantStore(fleet.store, 'eager'));
    const options = { image: 'demo', script: 'true', tenant: 'eager' };
    const submit = (count: number) => SubmittedRun.submit(fleet.connect, fleet.store, { ...options, count });
    const submitted = await Promise.allSettled([submit(2), submit(2), submit(2)]);
    const refused = submitted.filter(({ status }) => status === 'rejected');
    expect(refused).toEqual([
      {
        status: 'rejected',
        reason: expect.objectContaining({
          message: expect.stringMatching(/^eager may have 5 jobs that have not ended, and has 4: 2 more are too many/),
        }),
      },
    ]);
    for (const run of submitted) if (run.status === 'fulfilled') await run.value.cancel();
    await using run = await submit(5);
    await run.cancel();
    for (const run of submitted) if (run.status === 'fulfilled') await run.value[Symbol.asyncDispose]();
  });

  test('do not count twice while a run is being submitted', async () => {
    await new Tenants(redis).set('twice', { jobs: 5 });
    const first = await jobRoom(redis, { id: 'twice/first', count: 2 });
    await redis.rpush(jobsKey('twice', 'wait'), 'first 0', 'first 1');
    const second = jobRoom(redis, { id: 'twice/second', count: 2 });
    await wait(200);
    await first[Symbol.asyncDispose]();
    await expect(second).resolves.toBeDefined();
    await (await second)[Symbol.asyncDispose]();
    await redis.del(jobsKey('twice', 'wait'));
  });
});

describe.skipIf(noRedis !== '')(`tokens${noRedis}`, () => {
  test('are made, shown without their secret, and revoked', async () => {
    const made = await fleet.command('token', 'create', '--tenant', 'acme', '--scopes', 'view,console');
    const token = made.output.trim();
    const tokens = new Tokens(redis);
    expect(await tokens.check(token)).toMatchObject({ tenant: 'acme', scopes: ['view', 'console'] });
    expect(await tokens.check(`${token}x`)).toBe(undefined);
    const { output } = await fleet.command('token', 'list');
    const [, id] = output.match(/^([\da-f]{12}) {2}acme +view,console +\d{4}-/m) ?? [];
    expect(output).not.toContain(token);
    expect(JSON.stringify(await redis.hgetall('rawiron:tokens'))).not.toContain(token.slice(4));
    expect((await fleet.command('token', 'revoke', id!)).output).toBe(`${id} is not valid any more\n`);
    expect(await tokens.check(token)).toBe(undefined);
    const set = await fleet.command('tenant', 'set', 'acme', '--machines', '3', '--memory', '1G');
    expect(set.output).toMatch(/acme +0 of 3 +0 MB of 1024 MB +- +10000\n/);
    expect((await fleet.command('tenant', 'list')).output).toMatch(/acme +0 of 3 +0 MB of 1024 MB +- +10000\n/);
    expect((await fleet.command('tenant', 'rm', 'acme')).code).toBe(0);
  });

  test('go with their tenant, and its images, runs and results', async () => {
    const tenants = new Tenants(redis);
    await tenants.set('ended', {});
    await putDemo(tenantStore(fleet.store, 'ended'));
    const options = { image: 'demo', script: 'true', count: 3, tenant: 'ended' };
    await using run = await SubmittedRun.submit(fleet.connect, fleet.store, options);
    await new RunResults(redis, fleet.store, run.run.id).keep({
      ...{ number: 0, status: 'done', tries: 1, worker: '', milliseconds: 1, files: {} },
    });
    const others = (await redis.keys('*')).filter((key) => !key.includes('ended'));
    const { output } = await fleet.command('tenant', 'rm', 'ended');
    expect(output).toBe('ended is gone, with its tokens, images, runs and results\n');
    expect((await redis.keys('*')).filter((key) => key.includes('ended'))).toEqual([]);
    expect(await fleet.store.list('tenants/ended/')).toEqual([]);
    expect(await redis.smembers('rawiron:queues')).not.toContain('ended');
    expect(others).toContain('rawiron:tenant:other');
  });

  test('are not valid any more when their tenant is removed', async () => {
    const [tenants, tokens] = [new Tenants(redis), new Tokens(redis)];
    await tenants.set('leaves', {});
    const [leaving, staying] = await Promise.all(
      ['leaves', 'other'].map((tenant) => tokens.create({ tenant, scopes: ['jobs'] })),
    );
    await tenants.remove('leaves', fleet.store);
    expect(await tokens.check(leaving!)).toBe(undefined);
    // Somebody else may have the name now.
    await tenants.set('leaves', {});
    expect(await tokens.check(leaving!)).toBe(undefined);
    expect(await tokens.check(staying!)).toMatchObject({ tenant: 'other' });
  });

  test.each([
    [['token', 'create', '--tenant', 'none'], /there is no tenant 'none'; 'rawiron-fleet tenant set none' makes it/],
    [['token', 'create', '--scopes', 'all'], /'all' is no scope; there are view, console/],
    [['token', 'create', '--tenant', 'other', '--scopes', 'hosts'], /the scope hosts is for tokens without a tenant/],
    [['token', 'revoke', 'x'], /there is no token 'x'/],
    [['token'], /token: give create, list, or revoke ID/],
    [['tenant', 'set', 'Big'], /'Big' is no name of a tenant/],
    [['tenant', 'set', 'x', '--memory', 'much'], /--memory much: give a size/],
    [['tenant', 'rm', 'none'], /there is no tenant 'none'/],
  ])('%j is refused in words', async (words, message) => {
    const { code, errors } = await fleet.command(...words);
    expect(errors).toMatch(message);
    expect(errors.split('\n')).toHaveLength(2);
    expect(code).toBe(2);
  });
});

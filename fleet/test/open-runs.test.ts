import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FleetGateway } from '../src/gateway/gateway.ts';
import { jobsKey } from '../src/queues.ts';
import { failedResult, RunResults } from '../src/results.ts';
import { findRun, jobId, OPEN_RUNS, runKey } from '../src/run.ts';
import { SubmittedRun } from '../src/submit.ts';
import { comingKey, Tenants } from '../src/tenants/tenants.ts';
import { Tokens } from '../src/tenants/tokens.ts';
import { Upkeep } from '../src/upkeep.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { freePort } from './support/ports.ts';

let fleet: TestFleet;
let redis: Redis;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  redis = fleet.connect();
  await putDemo(fleet.store);
  for (const tenant of ['acme', 'other'])
    await fleet.store.put(`tenants/${tenant}/images/demo`, (await fleet.store.get('images/demo'))!);
});
beforeEach(() => redis?.flushall());
afterAll(async () => {
  redis?.disconnect();
  await fleet?.[Symbol.asyncDispose]();
});

const script = { image: 'demo', script: 'x' };

async function post(port: number, body: object, key: string, token?: string) {
  const headers = { 'idempotency-key': key, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`http://127.0.0.1:${port}/runs`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, text, id: answer.ok ? (JSON.parse(text).id as string) : '' };
}

const listen = (needsToken = false) => {
  const { connect, store } = fleet;
  return FleetGateway.listen({ connect, store, address: '127.0.0.1', port: 0, needsToken, log: () => {} });
};
const waiting = (tenant = '') => redis.llen(jobsKey(tenant, 'wait'));
const upkeep = () => new Upkeep({ connect: fleet.connect, store: fleet.store, log: () => {} });

describe.skipIf(noRedis !== '')(`a run that is half submitted${noRedis}`, () => {
  test('as its gateway was killed gets the rest of its jobs from the next one, once', async () => {
    const [count, port] = [20_000, await freePort()];
    const first = fleet.gateway(port);
    await expect
      .poll(() =>
        fetch(`http://127.0.0.1:${port}/`).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      .toBe(true);
    const answer = post(port, { ...script, count }, 'half').catch(() => 'broken');
    await expect.poll(() => waiting(), { interval: 10 }).toBeGreaterThan(1000);
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect(await answer).toBe('broken');
    expect(await waiting()).toBeLessThan(count);
    await using gateway = await listen();
    const runs = async () => await (await fetch(`http://127.0.0.1:${gateway.port}/runs`)).json();
    const [{ id }] = (await runs()) as { id: string }[];
    expect(await runs()).toEqual([{ id, count, submitted: false, ended: 0 }]);
    await expect.poll(runs).toEqual([{ id, count, submitted: true, ended: 0 }]);
    expect(await waiting()).toBe(count);
    expect(await post(gateway.port, { ...script, count }, 'half')).toMatchObject({ status: 201, id });
    expect(await waiting()).toBe(count);
  });

  test('holds no room of its tenant when the rest is there', async () => {
    await new Tenants(redis).set('acme', { jobs: 30 });
    await using run = await SubmittedRun.submit(fleet.connect, fleet.store, { ...script, count: 20, tenant: 'acme' });
    // As whoever submits it has it until all are there.
    await redis.zadd(comingKey('acme'), Date.now() / 1000, `20 ${run.run.id}`);
    await redis.del(`${runKey(run.run.id)}:state`);
    await redis.zadd(OPEN_RUNS, 0, run.run.id);
    await using _upkeep = upkeep();
    await expect.poll(() => redis.zcard(comingKey('acme'))).toBe(0);
  });
});

describe.skipIf(noRedis !== '')(`a run whose jobs Redis has lost${noRedis}`, () => {
  test('in part has all of them again, but not those that have ended', async () => {
    await using run = await SubmittedRun.submit(fleet.connect, fleet.store, { ...script, count: 1200 });
    const { id } = run.run;
    await new RunResults(redis, fleet.store, id).keep(failedResult(7, 1, 'ended'));
    for (const number of [0, 7, 499, 500, 1199]) {
      await redis.del(`bull:rawiron-jobs:${jobId(id, number)}`);
      await redis.lrem(jobsKey('', 'wait'), 1, jobId(id, number));
    }
    // A look at a run that goes on adds nothing; the next one finds that nothing has ended since.
    await redis.zadd(OPEN_RUNS, 0, id);
    await using _upkeep = upkeep();
    await expect.poll(() => redis.hget(`${runKey(id)}:state`, 'ended')).toBe('1');
    await redis.zadd(OPEN_RUNS, 0, id);
    await expect.poll(() => waiting()).toBe(1199);
    expect(await redis.lpos(jobsKey('', 'wait'), jobId(id, 7))).toBe(null);
  });

  test('as a whole is there again when it is asked for at a gateway, unless it was cancelled', async () => {
    await using gateway = await listen();
    await redis.set('x', 1);
    let [kept, cancelled] = ['', ''];
    await fleet.redis.forgetting(async () => {
      kept = (await post(gateway.port, { ...script, count: 3 }, 'kept')).id;
      cancelled = (await post(gateway.port, { ...script, count: 3 }, 'cancelled')).id;
      await fetch(`http://127.0.0.1:${gateway.port}/runs/${cancelled}`, { method: 'DELETE' });
    });
    await expect.poll(() => redis.get('x')).toBe('1');
    expect(await findRun(redis, kept)).toBeUndefined();
    const asked = (id: string) => fetch(`http://127.0.0.1:${gateway.port}/runs/${id}/results`);
    expect((await asked(kept)).status).toBe(200);
    await expect.poll(() => waiting()).toBe(3);
    expect((await asked(cancelled)).status).toBe(409);
    expect(await waiting()).toBe(3);
  });

  test('is not open any more when all have ended, or it was cancelled', async () => {
    for (const isCancelled of [false, true]) {
      await using run = await SubmittedRun.submit(fleet.connect, fleet.store, script);
      if (isCancelled) await run.cancel();
      else await new RunResults(redis, fleet.store, run.run.id).keep(failedResult(0, 1, 'ended'));
      await redis.zadd(OPEN_RUNS, 0, run.run.id);
      await using _upkeep = upkeep();
      await expect.poll(() => redis.zcard(OPEN_RUNS)).toBe(0);
    }
  });

  test('ends its reader when it was cancelled elsewhere', async () => {
    await using run = await SubmittedRun.submit(fleet.connect, fleet.store, script);
    await using other = new SubmittedRun(run.run, fleet.connect, fleet.store);
    await other.cancel();
    await expect(run.results().next()).rejects.toThrow(/was cancelled/);
    expect(await waiting()).toBe(0);
  });
});

describe.skipIf(noRedis !== '')(`an idempotency key${noRedis}`, () => {
  test('gives one run, however often it is sent, to one tenant', async () => {
    for (const name of ['acme', 'other']) await new Tenants(redis).set(name, {});
    const tokens = new Tokens(redis);
    const [acme, other] = await Promise.all(
      ['acme', 'other'].map((tenant) => tokens.create({ tenant, scopes: ['jobs', 'images'] })),
    );
    await using gateway = await listen(true);
    const body = { ...script, count: 700 };
    const answers = await Promise.all(Array.from({ length: 4 }, () => post(gateway.port, body, '"one"', acme)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(await waiting('acme')).toBe(700);
    // With quotes, as the draft has it, and without it is the same.
    expect((await post(gateway.port, body, 'one', acme)).id).toBe(answers[0]!.id);
    expect(await post(gateway.port, { ...body, count: 5 }, 'one', acme)).toMatchObject({
      ...{ status: 409, text: expect.stringMatching(/something else was submitted with this idempotency key/) },
    });
    expect((await post(gateway.port, body, 'a b', acme)).text).toMatch(/1 to 255 visible characters/);
    expect((await post(gateway.port, body, 'one', other)).id).not.toBe(answers[0]!.id);
    await fetch(`http://127.0.0.1:${gateway.port}/runs/${answers[0]!.id}`, {
      ...{ method: 'DELETE', headers: { authorization: `Bearer ${acme}` } },
    });
    expect((await post(gateway.port, body, 'one', acme)).text).toMatch(/the run of this idempotency key was cancelled/);
    expect(await waiting('acme')).toBe(0);
  });
});

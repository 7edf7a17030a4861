import type { ServerResponse } from 'node:http';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send } from '../src/gateway/exchange.ts';
import { FleetGateway } from '../src/gateway/gateway.ts';
import { RunResults } from '../src/results.ts';
import { keepRun, type Run, resultsKey } from '../src/run.ts';
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

const run: Run = {
  ...{ id: '20300101000000-0123abcd', image: 'none', work: { kind: 'module', digest: '' }, count: 12 },
  ...{ timeout: 60, tries: 1, limits: {} },
};

/** A result with a value of so many characters. */
const resultOf = (number: number, characters: number) => ({
  ...{
    number,
    status: 'done' as const,
    value: 'x'.repeat(characters),
    tries: 1,
    worker: '',
    milliseconds: 1,
    files: {},
  },
});

describe.skipIf(noRedis !== '')(`results of a run${noRedis}`, () => {
  test('come some megabytes at a time, each once', async () => {
    await keepRun(redis, run, 0);
    const results = new RunResults(redis, fleet.store, run.id);
    for (let number = 0; number < 12; number++) await results.keep(resultOf(number, 1_000_000));
    const { connect, store } = fleet;
    await using gateway = await FleetGateway.listen({ connect, store, address: '127.0.0.1', port: 0, log: () => {} });
    const [numbers, lengths]: [number[], number[]] = [[], []];
    for (let next = '0'; numbers.length < 12; ) {
      const answer = await fetch(`http://127.0.0.1:${gateway.port}/runs/${run.id}/results?after=${next}`);
      const text = await answer.text();
      const page = JSON.parse(text) as { next: string; results: { number: number }[] };
      lengths.push(text.length);
      numbers.push(...page.results.map(({ number }) => number));
      next = page.next;
    }
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, number) => number));
    expect(Math.max(...lengths)).toBeLessThan(6e6);
    // Redis has the small ones only.
    const kept = await redis.hvals(resultsKey(run.id));
    expect(Math.max(...kept.map((text) => text.length))).toBeLessThan(100);
  });

  test('that the store has lost have failed, and hold nothing else up', async () => {
    const id = `acme/${run.id}`;
    await keepRun(redis, { ...run, id }, 0);
    const results = new RunResults(redis, fleet.store, id);
    await results.keep(resultOf(0, 10_000));
    await results.keep(resultOf(1, 10));
    const [large] = await fleet.store.list(`tenants/acme/runs/${run.id}/0/`);
    await fleet.store.remove(large!.key);
    expect((await results.pageSince('0', 1, 1000)).results).toMatchObject([
      { number: 0, status: 'failed', error: expect.stringMatching(/the store lacks runs/) },
      { number: 1, status: 'done' },
    ]);
  });
});

test('an answer that JSON cannot say is no half answer', () => {
  const sent: unknown[] = [];
  const response = { writeHead: (status: number) => void sent.push(status) } as unknown as ServerResponse;
  expect(() => send(response, { body: { number: 5n } })).toThrow(/BigInt/);
  expect(sent).toEqual([]);
});

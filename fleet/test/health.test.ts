import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FleetGateway, type GatewaySettings } from '../src/gateway/gateway.ts';
import { routeLabel } from '../src/gateway/requests.ts';
import { type NewMachine, Registry } from '../src/machines/registry.ts';
import { SubmittedRun } from '../src/submit.ts';
import { Tokens } from '../src/tenants/tokens.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { freePort } from './support/ports.ts';

let fleet: TestFleet;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  await putDemo(fleet.store);
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

async function listen(settings: Partial<GatewaySettings> = {}) {
  const { connect, store } = fleet;
  return await FleetGateway.listen({ connect, store, address: '127.0.0.1', port: 0, log: () => {}, ...settings });
}

async function ask({ port }: { readonly port: number }, path: string, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
}

/** The samples of Prometheus' text format, by their names and labels. @throws for a line that is none */
function samplesOf(text: string): Map<string, number> {
  expect(text).toMatch(/\n$/);
  const lines = text.split('\n').filter((line) => line !== '' && !/^# (HELP|TYPE) [a-zA-Z_:][\w:]* \S/.test(line));
  return new Map(
    lines.map((line) => {
      const [, sample, value] = line.match(/^([a-zA-Z_:][\w:]*(?:\{(?:\w+="[^"]*",?)*\})?) (\S+)$/) ?? [];
      if (sample === undefined) throw new Error(`no sample: ${line}`);
      return [sample, Number(value)];
    }),
  );
}

const resting: NewMachine = {
  ...{ image: 'none', memory: 1, limits: {}, every: 0, idle: 0, policy: 'restart', manifest: '', offset: 0 },
  ...{ wanted: 'suspended', state: 'suspended' },
};

describe.skipIf(noRedis !== '')(`a gateway${noRedis}`, () => {
  test('runs, and is ready as long as Redis answers, whoever asks', async () => {
    await using gateway = await listen({ needsToken: true });
    const states = async () => [(await ask(gateway, '/healthz')).status, (await ask(gateway, '/readyz')).status];
    await expect.poll(states).toEqual([200, 200]);
    await fleet.redis.kill('SIGSTOP', false);
    await expect.poll(states).toEqual([200, 503]);
    await fleet.redis.kill('SIGCONT', false);
    await expect.poll(states).toEqual([200, 200]);
    await fleet.redis.kill('SIGKILL');
    await expect.poll(states).toEqual([200, 503]);
    fleet.redis.start();
    await expect.poll(states).toEqual([200, 200]);
  });

  test('has figures of the fleet, for who may see hosts', async () => {
    const redis = fleet.connect();
    await redis.flushall();
    const registry = new Registry(redis);
    for (const name of ['a', 'b']) await registry.add(name, resting);
    await using _run = await SubmittedRun.submit(fleet.connect, fleet.store, { image: 'demo', script: 'x', count: 3 });
    await using gateway = await listen({ needsToken: true });
    const [watcher, viewer] = await Promise.all(
      (['hosts', 'view'] as const).map((scope) => new Tokens(redis).create({ tenant: '', scopes: [scope] })),
    );
    expect((await ask(gateway, '/metrics')).status).toBe(401);
    expect((await ask(gateway, '/metrics', viewer)).status).toBe(403);
    await ask(gateway, '/machines/none', viewer);
    await expect.poll(async () => (await ask(gateway, '/metrics', watcher)).text).toContain('route="/machines/*"');
    const { text, type } = await ask(gateway, '/metrics', watcher);
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    const samples = samplesOf(text);
    const expected = {
      rawiron_redis_up: 1,
      rawiron_fleet_hosts: 0,
      'rawiron_fleet_machines{state="suspended"}': 2,
      'rawiron_fleet_jobs{state="waiting"}': 3,
      rawiron_fleet_open_runs: 1,
      rawiron_gateway_clients: 0,
      'rawiron_gateway_requests_total{method="GET",route="/machines/*",status="409"}': 1,
    };
    for (const [sample, value] of Object.entries(expected))
      expect([sample, samples.get(sample)]).toEqual([sample, value]);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    redis.disconnect();
  });

  test('refuses what is no address', async () => {
    await using gateway = await listen();
    expect((await ask(gateway, '//')).status).toBe(400);
  });

  test('leaves out what it cannot know while Redis is away', async () => {
    await using gateway = await listen();
    const figures = async () => samplesOf((await ask(gateway, '/metrics')).text);
    await expect.poll(async () => (await figures()).get('rawiron_fleet_hosts')).toBe(0);
    await fleet.redis.kill('SIGKILL');
    await expect.poll(async () => (await figures()).get('rawiron_redis_up')).toBe(0);
    expect([...(await figures()).keys()].filter((name) => name.startsWith('rawiron_fleet'))).toEqual([]);
    fleet.redis.start();
    await expect.poll(async () => (await figures()).get('rawiron_redis_up')).toBe(1);
  });
});

test.each([
  [/^\/machines\/([^/]+)\/screen\.png$/, '/machines/*/screen.png'],
  [/^\/runs\/([^/]+)\/(\d+)\/files\/([^/]+)$/, '/runs/*/*/files/*'],
  [/^\/queue$/, '/queue'],
])('the address %s is counted as %s', (path, label) => {
  expect(routeLabel(path)).toBe(label);
});

describe.skipIf(noRedis !== '')(`hosts and workers${noRedis}`, () => {
  test.each([
    ['worker', ['--slots', '1']],
    ['host', ['--memory', '1G']],
    ['gateway', ['--listen', '127.0.0.1:0']],
  ])('a %s tells its health, and lines of JSON', async (kind, words) => {
    const place = { port: await freePort() };
    const child = fleet.heard(kind, ...words, '--health', `127.0.0.1:${place.port}`, '--log-level', 'debug');
    const ready = () =>
      ask(place, '/readyz').then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(ready).toBe(200);
    expect((await ask(place, '/healthz')).status).toBe(200);
    expect((await ask(place, '/other')).status).toBe(404);
    expect((await ask(place, '//')).status).toBe(404);
    expect(samplesOf((await ask(place, '/metrics')).text).get('rawiron_redis_up')).toBe(1);
    await fleet.redis.kill('SIGKILL');
    await expect.poll(ready).toBe(503);
    await expect.poll(child.text).toContain('waiting for it');
    fleet.redis.start();
    await expect.poll(ready).toBe(200);
    child.process.kill('SIGTERM');
    await once(child.process, 'close');
    const lines = child
      .text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines)
      expect(line).toMatchObject({
        name: kind,
        pid: child.process.pid,
        msg: expect.any(String),
        time: expect.any(String),
      });
    expect(lines.map(({ level }) => level)).toEqual(expect.arrayContaining(['info', 'warn']));
  });

  test('tell people in words, and refuse a format that there is not', async () => {
    const child = fleet.heard('worker', '--slots', '1', '--log-format', 'text');
    await expect.poll(child.text).toMatch(/^rawiron-fleet: worker \S+, 1 jobs at a time/m);
    child.process.kill('SIGKILL');
    const words = [
      ['--log-format', 'xml'],
      ['--log-level', 'loud'],
      ['--health', 'here'],
    ];
    for (const [flag, value] of words)
      expect((await fleet.command('worker', flag!, value!)).errors).toMatch(`${flag} ${value}: give `);
  });
});

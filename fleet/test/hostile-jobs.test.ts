import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBubblewrap } from '../src/confined/bubblewrap.ts';
import type { JobResult } from '../src/run.ts';
import { SubmittedRun } from '../src/submit.ts';
import { tenantStore } from '../src/tenants/store.ts';
import { Tenants } from '../src/tenants/tenants.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { hostileModules } from './support/hostile-modules.ts';

const MINUTES = 60_000;
const SECRET = 'the secret of acme';
/** Jobs of the other tenant. */
const COUNT = 60;
/** Seconds for a job that ends by itself, however slow the host is. */
const PATIENT = 600;
const isRoot = process.getuid?.() === 0;

let fleet: TestFleet;
let file: string;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  const redis = fleet.connect();
  for (const tenant of ['acme', 'evil']) {
    await new Tenants(redis).set(tenant, {});
    await putDemo(tenantStore(fleet.store, tenant));
  }
  redis.disconnect();
  file = join(fleet.store.place, 'tenants/acme/images/kept');
  mkdirSync(dirname(file), { recursive: true });
  using kept = new DatabaseSync(file);
  kept.exec(`create table kept (x); insert into kept values ('${SECRET}')`);
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

/** Numbers of all processes that one has started. */
function descendants(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}

const submit = (tenant: string, text: string, count: number, tries: number, timeout: number) =>
  SubmittedRun.submit(fleet.connect, fleet.store, { image: 'demo', text, count, tries, tenant, timeout });

/** A job that types into its guest, and leaves a file. */
const honest = `export default async ({ serial }, { number, artefact }) => {
  serial.write('echo hello ' + number + '\\r');
  const [, heard] = await serial.expect(/\\nhello (\\d+)\\r/);
  await artefact('number.txt', heard);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return Number(heard);
};`;

/** What the attempts of a module may give besides their refusal: nothing of them is another's. */
const harmless = new Set(['computed', 'a machine of its own', 'its own file', 'silent']);

async function resultsOf(run: SubmittedRun): Promise<JobResult[]> {
  const results: JobResult[] = [];
  for await (const result of run.results()) results.push(result);
  return results;
}

/** Runs the honest jobs of one tenant beside each hostile module of another one. */
async function attack(worker: ChildProcess): Promise<ReadonlyMap<string, readonly JobResult[]>> {
  await using good = await submit('acme', honest, COUNT, 1, PATIENT);
  const done = resultsOf(good);
  await expect.poll(() => descendants(worker.pid!).length).toBeGreaterThan(0);
  const modules = hostileModules({
    ...{ worker: worker.pid!, others: [...descendants(worker.pid!), fleet.redis.pid], redisPort: fleet.redis.port },
    ...{ file, folder: dirname(file), root: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '') },
  });
  const results = new Map<string, readonly JobResult[]>();
  await Promise.all(
    Object.entries(modules).map(async ([name, text]) => {
      await using run = await submit('evil', text, 1, 2, endless.has(name) ? 5 : PATIENT);
      results.set(name, await resultsOf(run));
    }),
  );
  const values = (await done).map(({ status, value, error, tries, files }) => ({ status, value, error, tries, files }));
  values.sort((one, other) => Number(one.value) - Number(other.value));
  expect(values).toEqual(
    Array.from({ length: COUNT }, (_, value) => ({
      ...{
        status: 'done',
        value,
        error: undefined,
        tries: 1,
        files: expect.objectContaining({ 'number.txt': expect.any(String) }),
      },
    })),
  );
  return results;
}

/** Modules whose jobs end with their time only. */
const endless = new Set(['no descriptors', 'a loop without an end']);

/** Parts of the pipe's protocol that a module breaks: its process is ended, and it is not begun again. */
const breaking = [
  'a head without an end',
  'a head that is not JSON',
  'answers to calls that nobody has made',
  'an event that nobody knows',
  'four gigabytes with an event',
  'fields of other kinds',
  'a nested head',
  'garbage in each descriptor',
];

describe.skipIf(noRedis !== '').each([
  { border: 'bubblewrap', words: [], isMissing: findBubblewrap() === undefined },
  { border: 'another user', words: ['--wrapper', 'none', '--uid', '65534'], isMissing: !isRoot },
])(`hostile jobs behind $border${noRedis}`, { timeout: 30 * MINUTES }, ({ border, words, isMissing }) => {
  test.skipIf(isMissing)('read, change and end nothing of another tenant, whose jobs end rightly', async () => {
    const before = readFileSync(file);
    const folder = readdirSync(dirname(file));
    const worker = fleet.worker(3, ...words);
    const results = await attack(worker);
    expect(worker.exitCode).toBe(null);
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(dirname(file))).toEqual(folder);
    const said = [...results].map(([name, ofRun]) => [name, ofRun.length, JSON.stringify(ofRun)] as const);
    for (const [name, count, text] of said) {
      expect([name, count]).toEqual([name, 1]);
      expect(text).not.toMatch(new RegExp(`${SECRET}|root:.?:0|RAWIRON_`));
    }
    const reached = [...results].flatMap(([name, [result]]) =>
      Object.entries((result!.value ?? {}) as Record<string, string>)
        .filter(([, value]) => !value.startsWith('refused: ') && !harmless.has(value))
        .map(([attempt, value]) => `${name}, ${attempt}: ${value}`),
    );
    // Its folder is on the host's disk, where no wrapper bounds it.
    expect(reached).toEqual(border === 'bubblewrap' ? [] : ['all of its disk, fill: filled']);
    for (const name of breaking) {
      const [{ status, error, tries } = {}] = results.get(name)!;
      expect({ name, status, error, tries }).toEqual({
        ...{ name, status: 'failed', error: expect.stringMatching(/^its process has sent /), tries: 1 },
      });
    }
    for (const [name, error] of [
      ['two gigabytes of artefacts', /^it leaves artefacts of more than 256 MB together$/],
      ['artefacts without waiting', /^it leaves more than 1000 artefacts$/],
      ['an artefact elsewhere', /^'\.\.\/\.\.\/\.\.\/worker' is no name of an artefact/],
    ] as const)
      expect(results.get(name)![0]).toMatchObject({ status: 'failed', error: expect.stringMatching(error), tries: 1 });
    for (const name of ['no descriptors', 'its own end', 'a loop without an end'])
      expect(results.get(name)![0]).toMatchObject({
        status: 'failed',
        error: expect.stringMatching(/^its process has ended/),
      });
    worker.kill('SIGKILL');
  });
});

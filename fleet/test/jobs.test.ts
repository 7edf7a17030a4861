import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameImage } from '../src/images.ts';
import type { JobResult } from '../src/run.ts';
import { type RunOptions, SubmittedRun } from '../src/submit.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';

let fleet: TestFleet;
beforeAll(async () => {
  if (noRedis !== '') return;
  fleet = await TestFleet.start();
  await putDemo(fleet.store);
  fleet.worker(2);
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

/** Writes a job's module. */
function module(name: string, text: string): string {
  const path = join(fleet.folder, name);
  writeFileSync(path, text);
  return path;
}

async function results(options: Partial<RunOptions>): Promise<JobResult[]> {
  await using run = await SubmittedRun.submit(fleet.connect, fleet.store, { image: 'demo', ...options });
  const all: JobResult[] = [];
  for await (const result of run.results()) all.push(result);
  return all.sort((a, b) => a.number - b.number);
}

describe.skipIf(noRedis !== '')(`jobs${noRedis}`, () => {
  test('have one result each, in machines that go on from the image', async () => {
    module('count.ts', `export const twice = (n: number): number => 2 * n;`);
    const job = module(
      'job.ts',
      `import { ConfigurationError, type Machine } from 'rawiron';
       import { twice } from './count.ts';
       export default async (machine: Machine, { number, count, artefact }: any) => {
         machine.serial.write('echo hello\\r');
         await machine.serial.expect('hello');
         artefact('number.txt', String(number));
         return { twice: twice(number), count, isClass: typeof ConfigurationError };
       };`,
    );
    const all = await results({ module: job, count: 5 });
    expect(all.map(({ status, value, tries }) => ({ status, value, tries }))).toEqual(
      [0, 1, 2, 3, 4].map((number) => ({
        ...{ status: 'done', tries: 1 },
        value: { twice: 2 * number, count: 5, isClass: 'function' },
      })),
    );
    const { files } = all[3]!;
    expect(Buffer.from((await fleet.store.get(files['number.txt']!))!).toString()).toBe('3');
    expect(Buffer.from((await fleet.store.get(files['serial.log']!))!).toString()).toContain('hello');
  });

  test('that throw are begun again; the last error is the result, with the screen', async () => {
    const job = module(
      'throws.ts',
      `export default async (machine, { number }) => { if (number === 1) throw new Error('no'); };`,
    );
    const all = await results({ module: job, count: 2, tries: 3 });
    expect(all).toMatchObject([
      { status: 'done', tries: 1, value: null },
      { status: 'failed', tries: 3, error: 'no', files: { 'screen.txt': expect.any(String) } },
    ]);
  });

  test('that take too long, or kill their worker, end by themselves', async () => {
    const slow = module('slow.ts', 'export default () => new Promise(() => {});');
    expect(await results({ module: slow, timeout: 1, tries: 1 })).toMatchObject([
      { status: 'failed', error: 'it took longer than 1 s' },
    ]);
    const waiting = module('waiting.ts', 'export default ({ serial }) => serial.expect("never", { timeout: 1e9 });');
    expect(await results({ module: waiting, timeout: 1, tries: 1 })).toMatchObject([
      { status: 'failed', error: 'it took longer than 1 s' },
    ]);
    const poison = module('poison.ts', `export default () => { process.kill(process.pid, 'SIGKILL'); };`);
    let worker = fleet.worker(2);
    const keep = setInterval(() => {
      // On a busy host it takes a while to begin.
      if (worker.signalCode !== null) worker = fleet.worker(2);
    }, 500);
    const all = await results({ module: poison, tries: 2 });
    clearInterval(keep);
    expect(all).toMatchObject([{ status: 'failed', error: 'its workers were lost each time that it was begun' }]);
    fleet.worker(2);
  });

  test('a module without a function is an error in words', async () => {
    const [result] = await results({ module: module('none.ts', 'export const x = 1;') });
    expect(result!.error).toContain('a job is a module whose default export is a function');
    // It would fail each time.
    expect(result!.tries).toBe(1);
  });
});

test.skipIf(noRedis !== '')(`an image that is gone is no reason to try again${noRedis}`, async () => {
  await nameImage(fleet.store, { name: 'gone', manifest: 'ab'.repeat(32), memory: 1 });
  expect(await results({ image: 'gone', text: 'export default () => 1;' })).toMatchObject([
    { status: 'failed', tries: 1, error: expect.stringMatching(/the store lacks manifests/) },
  ]);
});

describe.skipIf(noRedis !== '')(`the command${noRedis}`, () => {
  test('prints lines of JSON, and has an exit code', async () => {
    const job = module(
      'odd.ts',
      `export default async (_, { number }) => { if (number % 2) throw new Error('odd'); return number; };`,
    );
    const told = await fleet.command('run', job, '--image', 'demo', '--count', '4', '--tries', '1', '--json');
    const lines = told.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JobResult);
    expect(lines.map(({ number, status }) => `${number} ${status}`).sort()).toEqual([
      '0 done',
      '1 failed',
      '2 done',
      '3 failed',
    ]);
    expect(told.code).toBe(1);
  });

  test.each([
    [['run', 'x.ts'], /give --image NAME/],
    [['run', 'x.ts', '--image', 'other'], /there is no image 'other'; 'rawiron-fleet image add other FILE'/],
    [['run', 'missing.ts', '--image', 'demo'], /missing\.ts: there is no such file/],
    [['run', '--image', 'demo'], /give a module or a script/],
    [['run', 'x.ts', '--image', 'demo', '--count', '0'], /count is 0; it must be a whole number from 1 to/],
    [['run', 'x.ts', '--image', 'demo', '--processor', '0'], /limits.processor is 0; it must be a number from 1 to/],
    [['run', '--imge', 'demo'], /Unknown option '--imge'/],
    [['worker', '--redis', 'localhost'], /'localhost' is no address of a Redis/],
    [['image', 'add', '../x', 'y'], /y cannot be read/],
    [['image', 'add', '../x', 'package.json'], /'images\/\.\.\/x' is no name of an object/],
    [['foo'], /unknown command 'foo'/],
  ])('%j is refused in words', async (words, message) => {
    const { code, errors } = await fleet.command(...words);
    expect(errors).toMatch(message);
    expect(errors.split('\n')).toHaveLength(2);
    expect(code).toBe(2);
  });
});

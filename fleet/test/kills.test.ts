import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SubmittedRun } from '../src/submit.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';

const JOBS = 1000;
/** Milliseconds between two kills. */
const KILLS = 4000;

test.skipIf(noRedis !== '')(
  `${JOBS} jobs have one result each, though workers are killed all the time, and Redis twice${noRedis}`,
  { timeout: 1_800_000 },
  async () => {
    await using fleet = await TestFleet.start();
    await putDemo(fleet.store);
    const module = join(fleet.folder, 'job.ts');
    writeFileSync(
      module,
      `export default async ({ serial }, { number }) => {
         serial.write(\`echo job \${number}.\\r\`).catch(() => {});
         const [, told] = await serial.expect(/\\njob (\\d+)\\./);
         return Number(told);
       };`,
    );
    const workers: ChildProcess[] = [1, 2, 3].map(() => fleet.worker(2));
    const ending = new AbortController();
    const results = new Map<number, unknown>();
    let kills = 0;
    const killing = (async () => {
      for (let known = 0; !ending.signal.aborted; ) {
        await wait(KILLS, undefined, { signal: ending.signal }).catch(() => {});
        // On a busy host a worker takes longer than that to begin: when all are killed before, nothing is ever done.
        if (ending.signal.aborted || results.size === known) continue;
        known = results.size;
        workers[kills % 3]!.kill('SIGKILL');
        workers[kills % 3] = fleet.worker(2);
        kills++;
      }
    })();
    await using run = await SubmittedRun.submit(fleet.connect, fleet.store, {
      ...{ image: 'demo', module, count: JOBS },
      // On a busy host a worker is often killed before it has done anything.
      tries: 50,
    });
    let restarts = 0;
    for await (const { number, status, value, error } of run.results()) {
      expect(results.has(number)).toBe(false);
      results.set(number, status === 'done' ? value : error);
      if (results.size < (restarts + 1) * (JOBS / 3) || restarts === 2) continue;
      await fleet.redis.kill('SIGKILL');
      fleet.redis.start();
      restarts++;
    }
    ending.abort();
    await killing;
    expect([...results].sort(([a], [b]) => a - b)).toEqual(Array.from({ length: JOBS }, (_, n) => [n, n]));
    expect(restarts).toBe(2);
    expect(kills).toBeGreaterThan(3);
  },
);

/**
 * The fleet's price: the same jobs by one process without it, and by one worker with as many slots, by turns.
 *
 *     node --conditions=rawiron-source fleet/bench/overhead.ts [JOBS] [SLOTS] [PAIRS] [WORK]
 *
 * WORK: how much a job does, 100 for some 0.1 s.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from 'rawiron';
import { findImage } from '../src/images.ts';
import { doJob } from '../src/job.ts';
import { loadedModule } from '../src/load-module.ts';
import { bundledModule } from '../src/module.ts';
import { SnapshotStore } from '../src/pieces.ts';
import { SubmittedRun } from '../src/submit.ts';
import { putDemo, TestFleet } from '../test/support/fleet.ts';

const [jobs = 200, slots = 2, pairs = 3, work = 100] = process.argv.slice(2).map(Number);

const job = `export default async ({ serial }) => {
  serial.write('bench ${work}\\r').catch(() => {});
  const [, primes] = await serial.expect(/with (\\d+) primes/, { timeout: 60_000 });
  return Number(primes);
};`;

await using fleet = await TestFleet.start();
await putDemo(fleet.store);
const module = join(fleet.folder, 'job.ts');
writeFileSync(module, job);
fleet.worker(slots);
// The worker is there, and has the image.
await byFleet(slots);
const ratios: number[] = [];
for (let n = 0; n < pairs; n++) {
  const [alone, together] = [await seconds(() => byOneProcess(jobs)), await seconds(() => byFleet(jobs))];
  ratios.push(together / alone);
  console.log(
    `one process ${alone.toFixed(1)} s, fleet ${together.toFixed(1)} s, ratio ${(together / alone).toFixed(3)}`,
  );
}
console.log(`median ratio ${ratios.sort((a, b) => a - b)[Math.floor(pairs / 2)]!.toFixed(3)}`);

async function seconds(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1000;
}

/** One process has a machine, forks it for each job, and does some at a time. */
async function byOneProcess(count: number): Promise<void> {
  const work = await loadedModule(await bundledModule(module));
  await using base = await Machine.restore(
    await new SnapshotStore(fleet.store).get((await findImage(fleet.store, 'demo')).manifest),
  );
  await base.prepareForks(slots);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const { error } = await doJob(
        base,
        work,
        next++,
        { run: 'alone', count, timeout: 60, limits: {} },
        async () => {},
      );
      if (error !== undefined) throw new Error(error);
    }
  };
  await Promise.all(Array.from({ length: slots }, lane));
}

async function byFleet(count: number): Promise<void> {
  await using run = await SubmittedRun.submit(fleet.connect, fleet.store, { image: 'demo', module, count });
  for await (const { error } of run.results()) if (error !== undefined) throw new Error(error);
}

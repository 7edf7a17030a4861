/** Runs a wild guest, asks it, stops it, and prints what that took. Ends by itself if nothing is left that keeps it alive. */
import { setTimeout as wait } from 'node:timers/promises';
import { type EngineName, Machine } from '../../../src/index.ts';
import { wildGuests } from './guests.ts';
import type { WildRun } from './run.ts';

const [name, engine, isolate, seconds] = process.argv.slice(2) as [string, EngineName, 'worker' | 'caller', string];
const QUESTIONS = 5;

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const machine = await Machine.create({ memory: 64, engine, isolate, boot: wildGuests[name]! });
await machine.start();
const answers: number[] = [];
while (answers.length < QUESTIONS) {
  await wait((Number(seconds) * 1000) / QUESTIONS);
  answers.push(await milliseconds(() => machine.metrics()));
}
const stopped = await milliseconds(() => machine.stop());
const run: WildRun = { answered: Math.max(...answers), stopped, megabytes: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(JSON.stringify(run));

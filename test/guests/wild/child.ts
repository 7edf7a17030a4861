/** Runs a wild guest, asks it, stops it, and prints what that took. Ends by itself if nothing is left that keeps it alive. */
import { setTimeout as wait } from 'node:timers/promises';
import { type EngineName, Machine, type Metrics } from '../../../src/index.ts';
import { wildGuests } from './guests.ts';
import type { WildRun } from './run.ts';

const [name, engine, isolate, seconds] = process.argv.slice(2) as [string, EngineName, 'worker' | 'caller', string];
const QUESTIONS = 5;
/** Half-seconds that a guest may take until its sign grows, beyond its time. */
const PATIENCE = 40;
/** Half-seconds after which the reset button is pressed, for guests that may loop for ever; it adds one to the sign of these. */
const PRESS = 8;
/** The answer that the last one is compared with. */
const COMPARED = 2;

/** All that a counter's name stands for, such as `dispatcher.faults`; 0 if there is none. */
function counted(metrics: Metrics, sign: string): number {
  const [group, counter] = sign.split('.') as [string, string];
  const counters = metrics[group];
  return typeof counters === 'object' ? (counters[counter] ?? 0) : 0;
}

const { boot, sign, mayLoop = false } = wildGuests[name]!;
const machine = await Machine.create({ memory: 64, engine, isolate, boot });
let end: WildRun['end'] = null;
machine.on('halt', () => {
  end = 'halt';
});
machine.on('exit', () => {
  end ??= 'exit';
});
await machine.start();
let answered = 0;

/** The value of the guest's sign after some milliseconds. */
async function ask(after: number): Promise<number> {
  await wait(after);
  const asked = performance.now();
  const metrics = await machine.metrics();
  answered = Math.max(answered, performance.now() - asked);
  return counted(metrics, sign);
}

const counts: number[] = [];
for (let n = 0; n < QUESTIONS; n++) counts.push(await ask((Number(seconds) * 1000) / QUESTIONS));
const before = counts[COMPARED]!;
// On a busy host it may not have had its turn yet.
let presses = 0;
for (let n = 0; n < PATIENCE && end === null && counts.at(-1)! - presses === before; n++) {
  if (mayLoop && n % PRESS === PRESS - 1) {
    await machine.reset();
    presses++;
  }
  counts.push(await ask(500));
}
const wild = { end, grown: counts.at(-1)! - presses - before };
const stopping = performance.now();
await machine.stop();
const stopped = performance.now() - stopping;
const run: WildRun = { answered, stopped, megabytes: process.resourceUsage().maxRSS / 1024, ...wild };
process.stdout.write(JSON.stringify(run));

#!/usr/bin/env node
/**
 * The cost of the display, in four parts:fills of the screen beside QEMU's, what a guest that draws all the time loses when it is
 * looked at by a program or a VNC viewer, and how much of a core an idle guest takes.
 *
 * node bench/display/main.ts [fills|pictures|viewer|idle] [NAME]
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Machine } from '../../src/index.ts';
import { qemu } from '../engines/qemu.ts';
import { type Fill, fills } from './fills.ts';
import { idleShare } from './idle.ts';
import { drawHere, drawInQemu } from './rounds.ts';
import { busiestThread, threadTime, threadTimes } from './thread-time.ts';
import { watchBlindly } from './viewer.ts';

const ROUNDS = 5;
/** The guest's code is to be translated, and the BIOS to have booted. */
const WARM_UP = 10;
/** Pictures a second, as a terminal asks for them. */
const PICTURES = 30;
const TURNS = 5;
/** Milliseconds of a turn: threads' times have a resolution of 10. */
const TURN = 1500;

const part = (value: number): string => value.toFixed(2).padStart(7);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Milliseconds for a megabyte. */
async function speedOf(fill: Fill, draw: typeof drawInQemu): Promise<number> {
  await using drawing = await draw(fill);
  await drawing.rounds.measure(WARM_UP);
  return (await drawing.rounds.measure(ROUNDS)) / ((fill.bytes * fill.times) / 1e6);
}

async function compareFill(fill: Fill, hasQemu: boolean): Promise<string> {
  const here = await speedOf(fill, drawHere);
  if (!hasQemu) return `${part(here)} ms/MB  ${fill.name}\n`;
  const there = await speedOf(fill, drawInQemu);
  return `${part(here)} ms/MB${part(there)} ms/MB${part(here / there)}  ${fill.name}\n`;
}

/** Looks at a machine's screen until it is stopped. */
type Look = (machine: Machine) => Promise<{ stop(): Promise<void> }>;

/** How much longer a round takes the machine's thread while it is looked at, by turns with rounds without. */
async function costOf(look: Look, fill: Fill): Promise<string> {
  await using drawing = await drawHere(fill);
  const { rounds, machine } = drawing;
  // What the program took to start is no guest's.
  const before = threadTimes();
  const milliseconds = await rounds.measure(WARM_UP);
  const thread = busiestThread(before);
  const count = Math.ceil(TURN / milliseconds);
  const measure = () => rounds.measureBy(() => threadTime(thread), count);
  const ratios: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const alone = await measure();
    const looking = await look(machine);
    const watched = await measure();
    await looking.stop();
    ratios.push(watched / alone);
  }
  return `${part(median(ratios))}  ${fill.name}\n`;
}

/** Takes pictures until it is stopped. */
async function takePictures({ screen }: Machine): Promise<{ stop(): Promise<void> }> {
  let isWanted = true;
  const taking = (async () => {
    while (isWanted) {
      await screen.image();
      await wait(1000 / PICTURES);
    }
  })();
  return {
    stop() {
      isWanted = false;
      return taking;
    },
  };
}

const actions = {
  fills: async (chosen: readonly Fill[]) => {
    const version = await qemu.prepare('', () => {}).catch((error: Error) => console.error(error.message));
    console.log(' rawiron          QEMU  ratio');
    for (const fill of chosen) process.stdout.write(await compareFill(fill, version !== undefined));
  },
  pictures: async (chosen: readonly Fill[]) => {
    console.log(`time with ${PICTURES} pictures a second, without: 1`);
    for (const fill of chosen) process.stdout.write(await costOf(takePictures, fill));
  },
  viewer: async (chosen: readonly Fill[]) => {
    console.log('time with a VNC viewer, without: 1');
    for (const fill of chosen) process.stdout.write(await costOf(watchBlindly, fill));
  },
  idle: async () => {
    for (const [name, share] of await idleShare()) console.log(`${(100 * share).toFixed(1).padStart(6)} %  ${name}`);
  },
};

const [action = 'fills', name = ''] = process.argv.slice(2);
if (!(action in actions)) throw new Error(`'${action}' is none of ${Object.keys(actions).join(', ')}`);
await actions[action as keyof typeof actions](fills.filter((fill) => fill.name.includes(name)));
process.exit(0);

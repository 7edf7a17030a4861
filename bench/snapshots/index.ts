/** What it costs to save, restore and fork a machine with Linux, and to move it to another process while it computes. */
import { performance } from 'node:perf_hooks';
import { debianLinux, Machine } from '../../src/index.ts';
import { moved } from './moves.ts';

const ROUNDS = 9;
const FORKS = 200;
/** The first ones are slower: their code is not compiled. */
const WARM_UP = 10;

/** A figure: what it is of, and its values in milliseconds. */
export interface Figure {
  readonly name: string;
  readonly values: readonly number[];
}

/** Median, least and most, and how many a second there are. */
export function figureText({ name, values }: Figure): string {
  const sorted = values.toSorted((a, b) => a - b);
  const shown = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map((value) => value.toFixed(1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${name.padEnd(24)}${shown[0]!.padStart(8)} ms (${shown[1]} to ${shown[2]}), ${(1000 / mean).toFixed(1)} a second\n`;
}

/** A machine with Linux, at the prompt of its shell. */
export async function booted(): Promise<Machine> {
  const { kernel, initrd } = await debianLinux();
  const append = 'console=ttyS0 quiet cryptomgr.notests';
  const machine = await Machine.create({ memory: '128M', boot: { kernel, initrd: initrd(), append } });
  await machine.start();
  await machine.serial.expect(/~ # /, { timeout: 300_000 });
  return machine;
}

async function timed<Result>(values: number[], act: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await act();
  values.push(performance.now() - start);
  return result;
}

/** Types a command, and checks that it answers. */
async function answers(machine: Machine, number: number): Promise<void> {
  machine.serial.write(`echo $((${number} + 1))\n`);
  const [, answer] = await machine.serial.expect(/\r\n(\d+)\r?\n~ # /, { timeout: 60_000 });
  if (answer !== `${number + 1}`) throw new Error(`the guest answers ${answer} in the place of ${number + 1}`);
}

/** Saves a machine that runs, and restores it each time. */
async function files(machine: Machine): Promise<Figure[]> {
  const [saves, restores]: number[][] = [[], []];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const file = await timed(saves!, () => machine.snapshot());
    bytes = file.length;
    await using other = await timed(restores!, () => Machine.restore(file));
    await other.start();
    await answers(other, round);
  }
  const size = `save (${(bytes / 1e6).toFixed(1)} MB)`;
  return [
    { name: size, values: saves! },
    { name: 'restore', values: restores! },
  ];
}

/** Forks a machine that runs. Each fork runs a command and is dropped. */
async function forks(machine: Machine, count: number): Promise<Figure[]> {
  const [begun, whole]: number[][] = [[], []];
  for (let n = 0; n < count; n++) {
    await timed(whole!, async () => {
      await using fork = await timed(begun!, () => machine.fork());
      await fork.start();
      await answers(fork, n);
    });
  }
  return [
    { name: 'fork', values: begun!.slice(WARM_UP) },
    { name: 'fork with a command', values: whole!.slice(WARM_UP) },
  ];
}

/** Measures all of it. `report` is told of each figure. */
export async function measureSnapshots(report: (figure: Figure) => void, count = FORKS): Promise<void> {
  await using machine = await booted();
  for (const figure of await files(machine)) report(figure);
  await machine.prepareForks();
  for (const figure of await forks(machine, count)) report(figure);
  for (const figure of await moved(machine, ROUNDS)) report(figure);
}

/**
 * Measures the cost of saving, restoring and forking a machine with Linux, and of moving it to another process while it computes.
 */
import { Machine } from '../../src/index.ts';
import { type Bounds, type Figure, figureText, Memory, timed, within } from './figures.ts';
import { answers, booted } from './guest.ts';
import { moved } from './moves.ts';
import { measureRounds } from './rounds.ts';

/** The first ones are slower: their code is not compiled. */
const WARM_UP = 10;

/** Tells a line. */
type Report = (text: string) => void;

function tell(report: Report, figures: readonly Figure[]): void {
  for (const figure of figures) if (figure.values.length > 0) report(figureText(figure));
}

/** Saves a machine that waits, and restores it each time; then puts one that is there back to it. */
async function files(machine: Machine, bounds: Bounds, report: Report): Promise<void> {
  const [saves, restores, loads]: number[][] = [[], [], []];
  let bytes = 0;
  for (const round of within(bounds)) {
    const file = await timed(saves!, () => machine.snapshot());
    bytes = file.length;
    await using other = await timed(restores!, () => Machine.restore(file));
    await other.start();
    await answers(other, round);
    await timed(loads!, () => other.load(file));
    await answers(other, round);
  }
  tell(report, [
    { name: `save (${(bytes / 1e6).toFixed(1)} MB)`, values: saves! },
    { name: 'restore', values: restores! },
    { name: 'load', values: loads! },
  ]);
}

/** Forks a machine that runs. Each fork runs a command and is dropped. */
async function forks(machine: Machine, bounds: Bounds, report: Report): Promise<void> {
  await machine.prepareForks();
  const [begun, whole]: number[][] = [[], []];
  const memory = new Memory('forks');
  for (const n of within({ ...bounds, count: bounds.count + WARM_UP })) {
    await timed(whole!, async () => {
      await using fork = await timed(begun!, () => machine.fork());
      await fork.start();
      await answers(fork, n);
    });
    memory.look();
  }
  tell(report, [
    { name: 'fork', values: begun!.slice(WARM_UP) },
    { name: 'fork with a command', values: whole!.slice(WARM_UP) },
  ]);
  report(memory.text);
}

async function moves(machine: Machine, bounds: Bounds, report: Report): Promise<void> {
  tell(report, await moved(machine, bounds));
}

async function rounds(machine: Machine, bounds: Bounds, report: Report): Promise<void> {
  const memory = new Memory('rounds');
  tell(report, await measureRounds(await machine.fork(), bounds, memory));
  report(memory.text);
}

/** The parts that are measured, and how often. */
const parts = {
  files: { measure: files, count: 9 },
  forks: { measure: forks, count: 200 },
  moves: { measure: moves, count: 9 },
  rounds: { measure: rounds, count: 50 },
} as const;

export type PartName = keyof typeof parts;
export const partNames = Object.keys(parts) as PartName[];

/** Measures these parts, each `count` times, or as often as is usual, but for so many seconds at most. `report` is told of each figure. */
export async function measureSnapshots(
  report: Report,
  { names = partNames, count, seconds = 600 }: { names?: readonly PartName[] } & Partial<Bounds> = {},
): Promise<void> {
  await using machine = await booted();
  for (const name of names) {
    const { measure, count: usual } = parts[name];
    await measure(machine, { count: count ?? usual, seconds }, report);
  }
}

#!/usr/bin/env node
/**
 * Whether a machine is as fast as before when a debugger, an inspector or a VNC viewer has been attached and detached again. Two machines
 * compute the same by turns; the one is visited, the other never is. Times are of their threads, so that what else the host does hardly counts.
 *
 *     node bench/attached/main.ts [TURNS]
 */
import { type Computing, startComputing } from './computing.ts';
import { visits } from './visitors.ts';

/** Milliseconds of a turn: threads' times have a resolution of 10. */
const TURN = 500;

const part = (value: number): string => value.toFixed(3).padStart(9);

/** How much longer a round takes the one machine than the other: the quickest turns of both, which come by turns. */
async function ratio(visited: Computing, other: Computing, rounds: number, turns: number): Promise<number> {
  const [times, others]: number[][] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    times!.push(await visited.measure(rounds));
    others!.push(await other.measure(rounds));
  }
  return Math.min(...times!) / Math.min(...others!);
}

async function compare(name: string, other: Computing, turns: number): Promise<string> {
  const visited = await startComputing();
  await using machine = visited.machine;
  const rounds = Math.ceil(TURN / (await visited.measure(3)));
  const before = await ratio(visited, other, rounds, turns);
  await machine.start();
  await visits[name]!(machine);
  await machine.pause();
  // What was made of its code may be made anew.
  await visited.measure(rounds);
  const after = await ratio(visited, other, rounds, turns);
  return `${name.padEnd(12)}${part(before)}${part(after)}${part(after / before)}\n`;
}

const turns = Number(process.argv[2] ?? 7);
process.stdout.write('a round, of a machine that was never visited: 1\n               before    after    ratio\n');
const other = await startComputing();
for (const name of Object.keys(visits)) process.stdout.write(await compare(name, other, turns));
await other.machine.stop();

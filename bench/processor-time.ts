import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of a tick in /proc (proc(5), stat). */
const TICK = 10;

/** Milliseconds of processor time that threads have used, by the threads' paths. */
export type ThreadTimes = ReadonlyMap<string, number>;

interface Stat {
  readonly parent: number;
  readonly milliseconds: number;
}

/** Times of all threads of a process and of those that it has started, as far as the host tells them (Linux). */
export function threadTimes(root: number): ThreadTimes {
  const threads = withDescendants(root).flatMap((process) =>
    entries(`/proc/${process}/task`).map((thread) => `/proc/${process}/task/${thread}`),
  );
  return new Map(threads.map((thread) => [thread, statOf(thread)?.milliseconds ?? 0]));
}

/** The largest time that a thread has used between two looks: where a guest computes, this is its machine's thread. */
export function mostUsed(before: ThreadTimes, after: ThreadTimes): number {
  return Math.max(0, ...[...after].map(([thread, time]) => time - (before.get(thread) ?? 0)));
}

/** By their parents: a browser is a group of processes of its own. */
function withDescendants(root: number): number[] {
  const numbers = entries('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(numbers.map((number) => [Number(number), statOf(`/proc/${number}`)?.parent]));
  const found = [root];
  for (const process of found) {
    for (const [child, parent] of parents) if (parent === process) found.push(child);
  }
  return found;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It has ended, or the host has no such folder.
    return [];
  }
}

function statOf(path: string): Stat | null {
  try {
    // The name before them may hold anything.
    const fields = readFileSync(`${path}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { parent: Number(fields[1]), milliseconds: (Number(fields[11]) + Number(fields[12])) * TICK };
  } catch {
    return null;
  }
}

import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of a tick in /proc (proc(5), stat). */
const TICK = 10;

/** Milliseconds of processor time that threads have used, by the threads' paths. */
export type ThreadTimes = ReadonlyMap<string, number>;

interface Stat {
  readonly group: number;
  readonly milliseconds: number;
}

/** Of all threads in a group of processes, as far as the host tells (Linux). */
export function threadTimes(group: number): ThreadTimes {
  const processes = entries('/proc').filter((name) => /^\d+$/.test(name));
  const inGroup = processes.filter((process) => statOf(`/proc/${process}`)?.group === group);
  const threads = inGroup.flatMap((process) =>
    entries(`/proc/${process}/task`).map((thread) => `/proc/${process}/task/${thread}`),
  );
  return new Map(threads.map((thread) => [thread, statOf(thread)?.milliseconds ?? 0]));
}

/** What the thread has used between two looks that has used most: where a guest computes, that of its machine. */
export function mostUsed(before: ThreadTimes, after: ThreadTimes): number {
  return Math.max(0, ...[...after].map(([thread, time]) => time - (before.get(thread) ?? 0)));
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
    return { group: Number(fields[2]), milliseconds: (Number(fields[11]) + Number(fields[12])) * TICK };
  } catch {
    return null;
  }
}

import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = '/proc/self/task';
/** Ticks a second of the times in /proc (proc(5), stat). */
const TICKS = 100;

/** Milliseconds of processor time that a thread of this process has used: what else the host does hardly changes it. */
export function threadTime(thread: string): number {
  const fields = readFileSync(`${FOLDER}/${thread}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** Processor time of each thread, by its name. */
export function threadTimes(): ReadonlyMap<string, number> {
  return new Map(readdirSync(FOLDER).map((thread) => [thread, threadTime(thread)]));
}

/** The thread that has used most of it since then: that of a machine whose guest never waits. */
export function busiestThread(before: ReadonlyMap<string, number>): string {
  const used = [...threadTimes()].map(([thread, time]) => ({ thread, time: time - (before.get(thread) ?? 0) }));
  return used.reduce((busiest, next) => (next.time > busiest.time ? next : busiest)).thread;
}

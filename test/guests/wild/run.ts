import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EngineName } from '../../../src/index.ts';

/** The activity of a wild guest, and the time that it took to talk to it. */
export interface WildRun {
  /** Milliseconds of the slowest answer, and of `stop()`. */
  readonly answered: number;
  readonly stopped: number;
  /** The process' largest size. */
  readonly megabytes: number;
  /** How the guest ended before it was stopped: it halted for good, or turned the machine off. */
  readonly end: 'halt' | 'exit' | null;
  /** The growth at the end of the counter that is its sign. */
  readonly grown: number;
}

export interface WildSetting {
  readonly engine: EngineName;
  readonly isolate: 'worker' | 'caller';
}

export const wildSettings: readonly WildSetting[] = [
  { engine: 'translator', isolate: 'worker' },
  { engine: 'translator', isolate: 'caller' },
  { engine: 'interpreter', isolate: 'worker' },
  { engine: 'interpreter', isolate: 'caller' },
];

/** Milliseconds beyond the guest's own time after which its process is taken to hang. */
const HANG = 60_000;

/**
 * Runs a wild guest in a process of its own, and asks it now and then.
 * @throws if the process fails, or does not end when the machine is stopped
 */
export async function runWild(guest: string, { engine, isolate }: WildSetting, seconds: number): Promise<WildRun> {
  const child = new URL('./child.ts', import.meta.url).pathname;
  const timeout = seconds * 1000 + HANG;
  const args = [child, guest, engine, isolate, `${seconds}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout, killSignal: 'SIGKILL' });
  return JSON.parse(stdout);
}

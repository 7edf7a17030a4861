import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EngineName } from '../../../src/index.ts';

/** What it took to talk to a wild guest: milliseconds of the slowest answer and of `stop()`, and the process' largest size. */
export interface WildRun {
  readonly answered: number;
  readonly stopped: number;
  readonly megabytes: number;
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
const HANG = 40_000;

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

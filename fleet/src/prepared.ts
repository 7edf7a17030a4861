import { Machine } from 'rawiron';
import { type ConfinedOwner, ConfinedProcess } from './confined/calls.ts';
import type { Confinement } from './confined/confinement.ts';
import { PermanentError } from './error.ts';
import { doJob, type JobBounds, type JobOutcome } from './job.ts';
import { loadedModule } from './load-module.ts';
import { scriptJob } from './script.ts';

/** The work of a run, with its text. */
export type LoadedWork =
  | { readonly kind: 'module'; readonly text: string }
  | { readonly kind: 'script'; readonly text: string; readonly prompt: string };

/** The common parts of a run's jobs: its machine, which is forked for each, and its work. */
export interface PreparedRun {
  /** Does a job. */
  do(number: number, bounds: JobBounds): Promise<JobOutcome>;
  stop(): Promise<unknown>;
}

/** Milliseconds that a process with jobs may take longer than a job; one that takes longer is ended, with all that it does. */
const GRACE = 10_000;

/**
 * Prepares a run in this process.
 * @throws PermanentError if its module cannot be loaded
 */
export async function prepareHere(snapshot: Uint8Array, work: LoadedWork, slots: number): Promise<PreparedRun> {
  const act = work.kind === 'script' ? scriptJob(work.text, work.prompt) : await moduleOf(work.text);
  const base = await Machine.restore(snapshot);
  await base.prepareForks(slots);
  return { do: (number, bounds) => doJob(base, act, number, bounds), stop: () => base.stop() };
}

async function moduleOf(text: string) {
  return await loadedModule(text).catch((error: Error) => {
    throw new PermanentError(`the job's module cannot be loaded: ${error.message}`);
  });
}

/** A process for the jobs of a run. */
export interface JobProcess extends Omit<ConfinedOwner, 'memory'> {
  readonly confinement: Confinement;
}

/** Prepares a run in a process of its own, which is confined. */
export async function prepareConfined(
  snapshot: Uint8Array,
  work: LoadedWork,
  slots: number,
  { confinement, ...owner }: JobProcess,
): Promise<PreparedRun> {
  const memory = snapshot.length * (slots + 1);
  const child = await ConfinedProcess.start('job-process.ts', { ...owner, memory }, confinement);
  try {
    // The memory of a snapshot may be shared, which does not go into a message.
    await child.call('prepare', Buffer.from(snapshot), work, slots);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
  return {
    async do(number, bounds) {
      const timer = setTimeout(() => void child[Symbol.asyncDispose](), bounds.timeout * 1000 + GRACE);
      try {
        return await child.call<JobOutcome>('do', number, bounds);
      } finally {
        clearTimeout(timer);
      }
    },
    stop: () => child[Symbol.asyncDispose](),
  };
}

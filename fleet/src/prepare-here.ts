import { Machine } from 'rawiron';
import { PermanentError } from './error.ts';
import { doJob, type JobBounds, type JobOutcome } from './job.ts';
import type { KeepFile } from './job-files.ts';
import { loadedModule } from './load-module.ts';
import { scriptJob } from './script.ts';

/** The work of a run, with its text. */
export type LoadedWork =
  | { readonly kind: 'module'; readonly text: string }
  | { readonly kind: 'script'; readonly text: string; readonly prompt: string };

/** The common parts of a run's jobs in this process: its machine, which is forked for each, and its work. */
export interface RunHere {
  /** Does a job, whose files are taken as they come. */
  do(number: number, bounds: JobBounds, keep: KeepFile): Promise<JobOutcome>;
  stop(): Promise<unknown>;
}

/**
 * Prepares a run in this process.
 * @throws PermanentError if its module cannot be loaded
 */
export async function prepareHere(snapshot: Uint8Array, work: LoadedWork, slots: number): Promise<RunHere> {
  const act = work.kind === 'script' ? scriptJob(work.text, work.prompt) : await moduleOf(work.text);
  const base = await Machine.restore(snapshot);
  await base.prepareForks(slots);
  return { do: (number, bounds, keep) => doJob(base, act, number, bounds, keep), stop: () => base.stop() };
}

async function moduleOf(text: string) {
  return await loadedModule(text).catch((error: Error) => {
    throw new PermanentError(`the job's module cannot be loaded: ${error.message}`);
  });
}

import { z } from 'zod';
import { type ConfinedOwner, ConfinedProcess } from './confined/confined-process.ts';
import type { Confinement } from './confined/confinement.ts';
import { ProtocolError } from './confined/frames.ts';
import { PART } from './confined/messages.ts';
import { type Content, NOTHING } from './confined/words.ts';
import { FleetError } from './error.ts';
import type { JobBounds, JobOutcome } from './job.ts';
import type { JobFiles } from './job-files.ts';
import { type LoadedWork, prepareHere } from './prepare-here.ts';

/** The common parts of a run's jobs, in this process or in one of its own. */
export interface PreparedRun {
  /** Does a job, which leaves its files there. */
  do(number: number, bounds: JobBounds, files: JobFiles): Promise<JobOutcome>;
  stop(): Promise<unknown>;
}

/** Milliseconds that a process with jobs may take longer than a job; one that takes longer is ended, with all that it does. */
const GRACE = 10_000;

/** Prepares a run in this process. @throws PermanentError if its module cannot be loaded */
export async function prepareOwn(snapshot: Uint8Array, work: LoadedWork, slots: number): Promise<PreparedRun> {
  const { do: act, stop } = await prepareHere(snapshot, work, slots);
  return { do: (number, bounds, files) => act(number, bounds, files.keep), stop };
}

/** A process for the jobs of a run; its memory is that of one guest. */
export interface JobProcess extends ConfinedOwner {
  readonly confinement: Confinement;
  /** Milliseconds after which it is ended if the run is not ready: the module may wait for something that never comes. */
  readonly patience: number;
}

const OUTCOME: Content<JobOutcome> = {
  fields: z.strictObject({
    ...{ value: z.unknown().optional(), error: z.string().optional(), isPermanent: z.boolean().optional() },
  }) as z.ZodType<JobOutcome>,
  most: 0,
};
/** Parts of files that a job may send in vain: its function leaves nothing after the first. */
const MOST_REFUSED = 2;
/** A part of a job's file. */
const FILE = {
  fields: z.strictObject({ job: z.int(), name: z.string().max(100), isFirst: z.boolean() }),
  most: PART,
} as const;

/**
 * Prepares a run in a process of its own, which is confined.
 * @throws FleetError if that takes too long; PermanentError if its module cannot be loaded
 */
export async function prepareConfined(
  snapshot: Uint8Array,
  work: LoadedWork,
  slots: number,
  { confinement, patience, memory: guest, ...owner }: JobProcess,
): Promise<PreparedRun> {
  // A snapshot has no pages of zeros, which its guests may fill.
  const memory = snapshot.length + Math.max(guest, snapshot.length) * (slots + 1);
  const child = await ConfinedProcess.start('job-process.ts', { ...owner, memory }, confinement);
  /** Those of jobs under way, as they were begun. */
  const files = new Map<number, JobFiles>();
  let next = 0;
  child.on('file', FILE, async ({ job, name, isFirst }, part) => {
    const own = files.get(job);
    if (own === undefined) throw new ProtocolError('a file of a job that has ended');
    if (own.refused > MOST_REFUSED) throw new ProtocolError('files that were refused');
    await own.add(name, part, isFirst);
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void child[Symbol.asyncDispose]();
  }, patience);
  try {
    const { text, ...rest } = work;
    await child.call('load', NOTHING, rest, Buffer.from(text));
    await child.call('prepare', NOTHING, { slots }, snapshot);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw isLate ? new FleetError(`its image and module were not ready after ${patience / 1000} s`) : error;
  } finally {
    clearTimeout(timer);
  }
  return {
    async do(number, bounds, kept) {
      const job = next++;
      files.set(job, kept);
      const timer = setTimeout(() => void child[Symbol.asyncDispose](), bounds.timeout * 1000 + GRACE);
      try {
        return (await child.call('do', OUTCOME, { job, number, bounds })).fields;
      } finally {
        files.delete(job);
        clearTimeout(timer);
      }
    },
    stop: () => child[Symbol.asyncDispose](),
  };
}

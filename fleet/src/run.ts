import type { Redis } from 'ioredis';
import type { MachineLimits } from 'rawiron';
import { OPERATOR, tenantKey, tenantOf } from './tenants/names.ts';

/** Seconds for which Redis keeps a run, and its results, that nobody asks for. */
export const KEPT = 7 * 24 * 3600;

/** The work of a run's jobs: a module's function, or a script for the guest's shell. */
export type Work =
  | { readonly kind: 'module'; readonly digest: string }
  | { readonly kind: 'script'; readonly digest: string; readonly prompt: string };

/** A run: one piece of work, done by many jobs, each of which has a number. */
export interface Run {
  /** Its tenant is before it. */
  readonly id: string;
  /** Digest of the list of the image's pieces. */
  readonly image: string;
  readonly work: Work;
  /** How many jobs there are; their numbers begin at 0. */
  readonly count: number;
  /** Seconds that a job may take. */
  readonly timeout: number;
  /** How often a job may be begun. */
  readonly tries: number;
  readonly limits: MachineLimits;
}

/** A job in the queue. */
export interface JobData {
  readonly run: string;
  readonly number: number;
  /** How often it was put back, as the store was away. Default: 0. */
  readonly back?: number;
}

/** How a job ended: its one result. */
export interface JobResult {
  readonly number: number;
  /** "done": it gave a value; "failed": it threw one time too often, took too long, or took its workers with it. */
  readonly status: 'done' | 'failed';
  /** The value of its function, as JSON; a script's is its output and exit code. */
  readonly value?: unknown;
  readonly error?: string;
  /** How often it was begun. */
  readonly tries: number;
  /** Name of the worker; empty: none told. */
  readonly worker: string;
  /** Duration of the last try. */
  readonly milliseconds: number;
  /** Objects that it left, by their names in the part of the store that is its tenant's. */
  readonly files: Readonly<Record<string, string>>;
}

/** Names in Redis. */
export const runKey = (id: string): string => `rawiron:run:${id}`;
export const resultsKey = (id: string): string => `rawiron:run:${id}:results`;
export const finishedKey = (id: string): string => `rawiron:run:${id}:finished`;
/** BullMQ's name of a job: the same for whoever adds it again. */
export const jobId = (run: string, number: number): string => `${run}-${number}`;

/** The last runs of a tenant are on a list, so many. */
const MOST_LISTED = 100;
const listKey = (tenant: string) => (tenant === OPERATOR ? 'rawiron:runs' : `${tenantKey(tenant)}:runs`);

/** Numbers of runs. */
const ID = /^([a-z0-9-]+\/)?\d{14}-[\da-f]{8}$/;

/** Keeps a run for its workers. */
export async function keepRun(redis: Redis, run: Run): Promise<void> {
  const list = listKey(tenantOf(run.id));
  const kept = redis.multi().set(runKey(run.id), JSON.stringify(run), 'EX', KEPT);
  await kept
    .lrem(list, 0, run.id)
    .lpush(list, run.id)
    .ltrim(list, 0, MOST_LISTED - 1)
    .exec();
}

/** Undefined: there is none, or it is over. */
export async function findRun(redis: Redis, id: string): Promise<Run | undefined> {
  const text = ID.test(id) ? await redis.get(runKey(id)) : null;
  return text === null ? undefined : (JSON.parse(text) as Run);
}

/** The last runs of a tenant, the newest first. */
export async function listRuns(redis: Redis, tenant: string): Promise<readonly Run[]> {
  const ids = await redis.lrange(listKey(tenant), 0, -1);
  const runs = await Promise.all(ids.map((id) => findRun(redis, id)));
  return runs.filter((run) => run !== undefined);
}

/** Removes all runs of a tenant, with their results. */
export async function removeRuns(redis: Redis, tenant: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: runKey(`${tenant}/*`) }) as AsyncIterable<string[]>)
    if (keys.length > 0) await redis.del(keys);
  await redis.del(listKey(tenant));
}

/** The images of all runs that Redis knows: digests of their lists of pieces. */
export async function namedByRuns(redis: Redis): Promise<readonly string[]> {
  const images: string[] = [];
  for await (const keys of redis.scanStream({ match: runKey('*') }) as AsyncIterable<string[]>) {
    for (const key of keys.filter((key) => key.split(':').length === runKey('').split(':').length)) {
      const text = await redis.get(key);
      if (text !== null) images.push((JSON.parse(text) as Run).image);
    }
  }
  return images;
}

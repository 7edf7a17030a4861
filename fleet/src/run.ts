import type { Redis } from 'ioredis';
import type { MachineLimits } from 'rawiron';
import { runScript } from './redis.ts';
import { OPERATOR, ownName, tenantKey, tenantOf } from './tenants/names.ts';

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
  /** Bytes of its guest's memory. Missing: it was submitted before runs told of it. */
  readonly memory?: number;
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
/** The folder in its tenant's part of the store with all that a run has there. */
export const runFolder = (id: string): string => `${RUNS}${ownName(tenantOf(id), id)}/`;
export const RUNS = 'runs/';
/** What is known of the submission of a run: whether all its jobs are in the queue, and how many had ended at the last look. */
export const stateKey = (id: string): string => `rawiron:run:${id}:state`;
/** Runs with jobs that have not ended, by the time of Redis, in milliseconds, from which on somebody may look after them. */
export const OPEN_RUNS = 'rawiron:runs:open';
/** BullMQ's name of a job: the same for whoever adds it again. */
export const jobId = (run: string, number: number | ''): string => `${run}-${number}`;

/** The last runs of a tenant are on a list, so many. */
const MOST_LISTED = 100;
const listKey = (tenant: string) => (tenant === OPERATOR ? 'rawiron:runs' : `${tenantKey(tenant)}:runs`);

/** Numbers of runs. */
const ID = /^([a-z0-9-]+\/)?\d{14}-[\da-f]{8}$/;
export const isRunId = (id: string): boolean => ID.test(id);

/**
 * Keeps a run for its workers, among those that are open. KEYS: the run, the list of its tenant's runs, the runs that are open. ARGV: the run's ID, its
 * text, seconds for which it is kept, how many runs are on the list, milliseconds until somebody may look after it.
 */
const KEEP = `
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('LPUSH', KEYS[2], ARGV[1])
redis.call('LTRIM', KEYS[2], 0, ARGV[4] - 1)
local now = redis.call('TIME')
redis.call('ZADD', KEYS[3], now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[5], ARGV[1])
return 1
`;

/**
 * Keeps a run for its workers.
 * @param alone milliseconds for which nobody else adds its jobs
 */
export async function keepRun(redis: Redis, run: Run, alone: number): Promise<void> {
  const keys = [runKey(run.id), listKey(tenantOf(run.id)), OPEN_RUNS];
  await runScript(redis, KEEP, 3, ...keys, run.id, JSON.stringify(run), KEPT, MOST_LISTED, alone);
}

/** Forgets a run that is not to be done any more. */
export async function forgetRun(redis: Redis, id: string): Promise<void> {
  await redis.multi().del(runKey(id), stateKey(id)).zrem(OPEN_RUNS, id).exec();
}

/** Undefined: there is none, or it is over. */
export async function findRun(redis: Redis, id: string): Promise<Run | undefined> {
  const text = isRunId(id) ? await redis.get(runKey(id)) : null;
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

/** All runs that Redis knows. */
export async function allRuns(redis: Redis): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for await (const keys of redis.scanStream({ match: runKey('*'), count: 1000 }) as AsyncIterable<string[]>) {
    const records = keys.filter((key) => key.split(':').length === runKey('').split(':').length);
    const texts = records.length === 0 ? [] : await redis.mget(records);
    runs.push(...texts.filter((text) => text !== null).map((text) => JSON.parse(text) as Run));
  }
  return runs;
}

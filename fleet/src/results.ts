import type { Redis } from 'ioredis';
import { finishedKey, type JobResult, KEPT, resultsKey } from './run.ts';

/**
 * Keeps the result of a job, unless there is one already, and puts its number on the list of those that have ended, on which it may stand
 * several times.
 */
export async function keepResult(redis: Redis, run: string, result: JobResult): Promise<void> {
  const [results, finished] = [resultsKey(run), finishedKey(run)];
  const answers = await redis
    .multi()
    .hsetnx(results, `${result.number}`, JSON.stringify(result))
    .xadd(finished, '*', 'number', `${result.number}`)
    .expire(results, KEPT)
    .expire(finished, KEPT)
    .exec();
  const failure = answers?.find(([error]) => error !== null)?.[0];
  if (failure) throw failure;
}

/** Undefined: the job has not ended. */
export async function findResult(redis: Redis, run: string, number: number): Promise<JobResult | undefined> {
  const text = await redis.hget(resultsKey(run), `${number}`);
  return text === null ? undefined : (JSON.parse(text) as JobResult);
}

/** Numbers of jobs that have ended since a place on the list, with the place of the next call; waits a moment for the first. */
export async function finishedSince(
  redis: Redis,
  run: string,
  place: string,
  milliseconds: number,
): Promise<{ readonly numbers: readonly number[]; readonly place: string }> {
  const answer = await redis.xread('COUNT', 1000, 'BLOCK', milliseconds, 'STREAMS', finishedKey(run), place);
  const entries = answer?.[0]?.[1] ?? [];
  return {
    numbers: entries.map(([, fields]) => Number(fields[1])),
    place: entries.at(-1)?.[0] ?? place,
  };
}

import type { Redis } from 'ioredis';
import { finishedKey, type JobResult, resultsKey } from './run.ts';

/** Seconds for which Redis keeps the results of a run that nobody asks for. */
const KEPT = 7 * 24 * 3600;

/** Keeps a job's first result, and puts its number on the list of those that have ended. */
const keepScript = `
if redis.call('hsetnx', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('xadd', KEYS[2], '*', 'number', ARGV[1])
redis.call('expire', KEYS[1], ARGV[3])
redis.call('expire', KEYS[2], ARGV[3])
return 1`;

/** Keeps the result of a job, unless there is one already. */
export async function keepResult(redis: Redis, run: string, result: JobResult): Promise<void> {
  const text = JSON.stringify(result);
  await redis.eval(keepScript, 2, resultsKey(run), finishedKey(run), `${result.number}`, text, `${KEPT}`);
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

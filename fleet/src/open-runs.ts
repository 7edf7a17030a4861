import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobsPrefix, queueOf, withNews } from './queues.ts';
import { runScript } from './redis.ts';
import { failedResult, RunResults } from './results.ts';
import { findRun, type JobData, jobId, KEPT, OPEN_RUNS, type Run, resultsKey, runKey, stateKey } from './run.ts';
import type { ObjectStore } from './store.ts';
import { leaveRoom } from './tenants/job-room.ts';
import { tenantOf } from './tenants/names.ts';

/** Milliseconds after which others add the jobs of a run whose submission is not heard of any more, and between two looks at a run at least. */
export const ALONE = 10_000;
/** Milliseconds between two looks for each job of a run: a look costs Redis two microseconds for each. */
const PACE = 0.1;
/** Jobs that are looked for, and added, at once. */
const BATCH = 500;

/** The time of Redis in milliseconds, as Lua. */
const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Takes an open run that somebody may look after. ARGV: milliseconds for which nobody else does. */
const CLAIM = `${NOW}
local run = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
if run then redis.call('ZADD', KEYS[1], now + ARGV[1], run) end
return run or false
`;

/** Has nobody look after a run for some milliseconds. ARGV: the run, milliseconds. 0: it is not open. */
const HOLD = `${NOW}
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 1
`;

/**
 * Numbers of jobs that have no result: those that are not in the queue, and after a 0 those that it has given up. KEYS: the results, jobs that the queue
 * has given up. ARGV: how the names of its jobs begin, the first number, and the one after the last.
 */
const MISSING = `
local missing, failed = {}, {}
for number = tonumber(ARGV[2]), tonumber(ARGV[3]) - 1 do
  local name = string.format('%d', number)
  if redis.call('HEXISTS', KEYS[1], name) == 0 then
    if redis.call('EXISTS', ARGV[1] .. name) == 0 then missing[#missing + 1] = name
    elseif redis.call('ZSCORE', KEYS[2], ARGV[4] .. name) then failed[#failed + 1] = name end
  end
end
return {missing, failed}
`;

/**
 * Puts the jobs of a run into the queue that have neither a result nor a place there, and marks that all are in. Several may do so at the same time.
 * @param store that of all tenants
 */
export async function fillRun(redis: Redis, store: ObjectStore, run: Run): Promise<void> {
  const { id, count, tries } = run;
  const queue = new Queue<JobData>(queueOf(tenantOf(id)), { connection: redis });
  // The connection itself tells of it, and waits.
  queue.on('error', () => {});
  try {
    for (let at = 0; at < count; at += BATCH) {
      const { missing, failed } = await missingJobs(redis, id, at, Math.min(count, at + BATCH));
      const results = new RunResults(redis, store, id);
      for (const number of failed) await results.keep(failedResult(number, tries, 'the queue has given it up'));
      if (missing.length > 0)
        await withNews(redis, tenantOf(id), () => queue.addBulk(missing.map((number) => jobOf(run, number))));
      // It was cancelled, or has ended.
      if ((await runScript(redis, HOLD, 1, OPEN_RUNS, id, ALONE)) === 0) return;
    }
  } finally {
    await queue.close();
  }
  await setState(redis, id, { submitted: 1 });
  await leaveRoom(redis, run);
}

const jobOf = ({ id, tries }: Run, number: number) => ({
  ...{ name: 'job', data: { run: id, number } },
  opts: { jobId: jobId(id, number), attempts: tries, backoff: { type: 'fixed' as const, delay: 200 } },
});

/** Jobs of a run that have no result, and are not in the queue, or were given up by it. */
async function missingJobs(redis: Redis, id: string, from: number, to: number) {
  const prefix = jobsPrefix(tenantOf(id));
  const name = jobId(id, '');
  const words = [resultsKey(id), `${prefix}failed`, `${prefix}${name}`, from, to, name];
  const [missing, failed] = (await runScript(redis, MISSING, 2, ...words)) as [string[], string[]];
  return { missing: missing.map(Number), failed: failed.map(Number) };
}

async function setState(redis: Redis, id: string, fields: Readonly<Record<string, number>>): Promise<void> {
  await redis.multi().hset(stateKey(id), fields).expire(stateKey(id), KEPT).exec();
}

/** Whether all jobs of a run are, or were, in the queue. */
export async function isSubmitted(redis: Redis, id: string): Promise<boolean> {
  return (await redis.hexists(stateKey(id), 'submitted')) === 1;
}

/**
 * Looks after one of the runs that are open: adds jobs that are missing as the submission was broken off, or as Redis has lost its last second.
 * @returns false if there is none to look after now
 */
export async function lookAfterRun(redis: Redis, store: ObjectStore): Promise<boolean> {
  const id = (await runScript(redis, CLAIM, 1, OPEN_RUNS, ALONE)) as string | null;
  if (id === null) return false;
  const run = await findRun(redis, id);
  const ended = await redis.hlen(resultsKey(id));
  if (run === undefined || ended >= run.count) {
    await redis.zrem(OPEN_RUNS, id);
    return true;
  }
  const before = await redis.hgetall(stateKey(id));
  // As long as jobs end one after the other nothing is looked for.
  if (before.submitted === undefined || Number(before.ended) === ended) await fillRun(redis, store, run);
  await setState(redis, id, { ended });
  // Somebody waits for it.
  for (const key of [runKey(id), resultsKey(id)]) await redis.expire(key, KEPT);
  await runScript(redis, HOLD, 1, OPEN_RUNS, id, Math.max(ALONE, Math.ceil(run.count * PACE)));
  return true;
}

import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { runScript } from './redis.ts';
import { OPERATOR } from './tenants/names.ts';

/** Names in Redis: tenants whose queues have jobs, and the channel that tells of more. */
const BUSY = 'rawiron:queues';
export const JOB_NEWS = 'rawiron:queues:news';

const QUEUE = 'rawiron-jobs';
/** BullMQ's name of the queue of a tenant: each has its own, as only then they can take turns. */
export const queueOf = (tenant: string): string => (tenant === OPERATOR ? QUEUE : `${QUEUE}-${tenant}`);

/** The beginning of BullMQ's names in Redis of a queue's lists and jobs. */
export const jobsPrefix = (tenant: string): string => `bull:${queueOf(tenant)}:`;
/** One of a queue's lists of jobs. */
export const jobsKey = (tenant: string, list: 'wait' | 'active' | 'delayed'): string => `${jobsPrefix(tenant)}${list}`;

/** Tells which queues have jobs, and how many of them wait; forgets those that have none. KEYS: the set of their tenants. */
const LOOK = `
local answer = {}
for _, tenant in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local queue = 'bull:${QUEUE}' .. (tenant == '' and '' or '-' .. tenant) .. ':'
  local waiting = redis.call('LLEN', queue .. 'wait') + redis.call('ZCARD', queue .. 'delayed')
  if waiting + redis.call('LLEN', queue .. 'active') == 0 then redis.call('SREM', KEYS[1], tenant)
  else
    answer[#answer + 1] = tenant
    answer[#answer + 1] = waiting
  end
end
return answer
`;

/** A queue that has jobs. */
export interface BusyQueue {
  readonly tenant: string;
  /** Jobs that no worker has. */
  readonly waiting: number;
}

/** The queues that have jobs, by the names of their tenants. */
export async function busyQueues(redis: Redis): Promise<readonly BusyQueue[]> {
  const words = (await runScript(redis, LOOK, 1, BUSY)) as (string | number)[];
  const queues = Array.from({ length: words.length / 2 }, (_, n) => ({
    ...{ tenant: words[2 * n] as string, waiting: words[2 * n + 1] as number },
  }));
  return queues.sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
}

/** Adds jobs to a tenant's queue by a function, and tells workers of them. */
export async function withNews(redis: Redis, tenant: string, add: () => Promise<unknown>): Promise<void> {
  // Before, as this may end meanwhile, and after, as the queue may have been found empty meanwhile.
  await redis.sadd(BUSY, tenant);
  await add();
  await redis.sadd(BUSY, tenant);
  await redis.publish(JOB_NEWS, tenant);
}

/** Removes a tenant's queue with all its jobs; those that are being done end for nobody. */
export async function removeQueue(redis: Redis, tenant: string): Promise<void> {
  const queue = new Queue(queueOf(tenant), { connection: redis });
  queue.on('error', () => {});
  await queue.obliterate({ force: true }).finally(() => queue.close());
  await redis.srem(BUSY, tenant);
}

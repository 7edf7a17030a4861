import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { busyQueues, queueOf } from './queues.ts';

/** States of jobs in a queue. */
const STATES = ['waiting', 'active', 'delayed'] as const;
export type JobState = (typeof STATES)[number];

/** Jobs of all tenants that have not ended; delayed ones were put back. */
export async function jobCounts(redis: Redis): Promise<Readonly<Record<JobState, number>>> {
  const counts = { waiting: 0, active: 0, delayed: 0 };
  for (const { tenant } of await busyQueues(redis)) {
    const queue = new Queue(queueOf(tenant), { connection: redis });
    queue.on('error', () => {});
    const own = await queue.getJobCounts(...STATES).finally(() => queue.close());
    for (const state of STATES) counts[state] += own[state] ?? 0;
  }
  return counts;
}

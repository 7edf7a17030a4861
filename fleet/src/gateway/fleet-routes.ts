import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { lastLines } from '../log.ts';
import { busyQueues, queueOf } from '../queues.ts';
import type { Route } from './exchange.ts';

/** States of jobs in the queue, and their words. */
const STATES = { waiting: 'waiting', active: 'being done', delayed: 'put back' } as const;
type State = keyof typeof STATES;

async function countsOf(redis: Redis, tenant: string): Promise<Readonly<Record<string, number>>> {
  const queue = new Queue(queueOf(tenant), { connection: redis });
  queue.on('error', () => {});
  return await queue.getJobCounts(...(Object.keys(STATES) as State[])).finally(() => queue.close());
}

/** Requests about the fleet as a whole. */
export const fleetRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: /^\/me$/, scope: undefined },
    answer: async ({ rights: { tenant, scopes }, hasToken }) => ({ body: { tenant, scopes, hasToken } }),
  },
  {
    ...{ method: 'GET', path: /^\/hosts$/, scope: 'hosts' },
    answer: async ({ machines }) => ({
      body: (await machines.hosts()).map(({ id, memory, free, machines }) => ({ id, memory, free, machines })),
    }),
  },
  {
    ...{ method: 'GET', path: /^\/queue$/, scope: 'hosts' },
    async answer({ redis }) {
      const counts = Object.fromEntries(Object.values(STATES).map((words) => [words, 0]));
      for (const { tenant } of await busyQueues(redis))
        for (const [state, count] of Object.entries(await countsOf(redis, tenant)))
          counts[STATES[state as State]]! += count;
      return { body: counts };
    },
  },
  {
    ...{ method: 'GET', path: /^\/log$/, scope: 'hosts' },
    answer: async ({ redis }) => ({ body: await lastLines(redis) }),
  },
];

import { Queue } from 'bullmq';
import { lastLines } from '../log.ts';
import { QUEUE } from '../run.ts';
import type { Route } from './exchange.ts';

/** States of jobs in the queue, and their words. */
const STATES = { waiting: 'waiting', active: 'being done', delayed: 'put back' } as const;

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
      const queue = new Queue(QUEUE, { connection: redis });
      queue.on('error', () => {});
      const counts = await queue
        .getJobCounts(...(Object.keys(STATES) as (keyof typeof STATES)[]))
        .finally(() => queue.close());
      return { body: Object.fromEntries(Object.entries(STATES).map(([state, words]) => [words, counts[state] ?? 0])) };
    },
  },
  {
    ...{ method: 'GET', path: /^\/log$/, scope: 'hosts' },
    answer: async ({ redis }) => ({ body: await lastLines(redis) }),
  },
];

import { jobCounts } from '../job-counts.ts';
import { lastLines } from '../log.ts';
import type { Route } from './exchange.ts';

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
      const { waiting, active, delayed } = await jobCounts(redis);
      return { body: { waiting, 'being done': active, 'put back': delayed } };
    },
  },
  {
    ...{ method: 'GET', path: /^\/metrics$/, scope: 'hosts' },
    answer: async ({ metrics }) => ({ type: metrics.contentType, body: await metrics.text() }),
  },
  {
    ...{ method: 'GET', path: /^\/log$/, scope: 'hosts' },
    answer: async ({ redis }) => ({ body: await lastLines(redis) }),
  },
];

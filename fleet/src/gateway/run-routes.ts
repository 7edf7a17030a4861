import { FleetError } from '../error.ts';
import { isSubmitted } from '../open-runs.ts';
import { type ResultsPage, RunResults } from '../results.ts';
import { listRuns, type Run, resultsKey } from '../run.ts';
import { knownRun } from '../run-records.ts';
import { type RunOptions, SubmittedRun } from '../submit.ts';
import { fullName, ownName, tenantOf } from '../tenants/names.ts';
import { tenantStore } from '../tenants/store.ts';
import { type Answer, bounded, type Exchange, jsonOf, numberIn, type Route, textIn } from './exchange.ts';
import { limitsOf } from './machine-routes.ts';

/** Milliseconds that a request for results waits for the first, and bytes from which on an answer has no more. */
const [PATIENCE, MOST_RESULTS] = [1000, 4 << 20];

async function optionsOf(exchange: Exchange): Promise<RunOptions> {
  const given = await jsonOf(exchange);
  const image = textIn(given, 'image');
  if (image === undefined) throw new FleetError('give image, the name of the one that each job goes on from');
  const words = (['script', 'prompt'] as const).map((name) => [name, textIn(given, name)]);
  const numbers = (['count', 'timeout', 'tries'] as const).map((name) => [name, numberIn(given, name)]);
  const text = textIn(given, 'module');
  const named = [...words, ...numbers, ['text', text]].filter(([, value]) => value !== undefined);
  const { rights, idempotencyKey: key } = exchange;
  const more = { tenant: rights.tenant, ...(key !== undefined && { key }) };
  return { image, limits: limitsOf(given), ...more, ...Object.fromEntries(named) };
}

/** The run that a path names. @throws FleetError if its tenant has none such */
async function runOf({ redis, allStore, rights, names: [id] }: Exchange): Promise<Run> {
  const run = await knownRun(redis, allStore, fullName(rights.tenant, id!));
  if (run === undefined) throw new FleetError(`there is no run '${id}'; it may be over for more than a week`);
  return run;
}

/** Results since a place on the list of those that have ended, with the next place. */
async function resultsSince(exchange: Exchange): Promise<ResultsPage> {
  const run = await runOf(exchange);
  // It may wait: others must not.
  const redis = exchange.connect();
  try {
    const place = exchange.query.get('after') ?? '0';
    if (!/^\d+(-\d+)?$/.test(place)) throw new FleetError(`after is '${place}'; give what was given as next`);
    return await new RunResults(redis, exchange.allStore, run.id).pageSince(place, PATIENCE, MOST_RESULTS);
  } finally {
    redis.disconnect();
  }
}

/** A file of a job. @throws FleetError if it has left none of this name */
async function fileOf(exchange: Exchange): Promise<Answer> {
  const {
    allStore,
    redis,
    names: [, number, name],
  } = exchange;
  const { id } = await runOf(exchange);
  const result = await new RunResults(redis, allStore, id).find(Number(number));
  if (result === undefined) throw new FleetError(`job ${number} has not ended`);
  const key = new Map(Object.entries(result.files)).get(name!);
  const bytes = key === undefined ? undefined : await tenantStore(allStore, tenantOf(id)).get(key);
  if (bytes === undefined) throw new FleetError(`job ${number} has left no '${name}'`);
  return { type: 'application/octet-stream', body: bytes };
}

/** Requests about jobs. */
export const runRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: /^\/runs$/, scope: 'view' },
    async answer({ redis, rights: { tenant } }) {
      const runs = (await listRuns(redis, tenant)).map(async ({ id, count }) => {
        const ended = await redis.hlen(resultsKey(id));
        return { id: ownName(tenant, id), count, submitted: ended >= count || (await isSubmitted(redis, id)), ended };
      });
      return { body: await Promise.all(runs) };
    },
  },
  {
    ...{ method: 'POST', path: /^\/runs$/, scope: 'jobs' },
    async answer(exchange) {
      const { connect, allStore, rights } = exchange;
      await using submitted = await SubmittedRun.submit(connect, allStore, await optionsOf(exchange));
      return { status: 201, body: { id: ownName(rights.tenant, submitted.run.id), count: submitted.run.count } };
    },
  },
  {
    ...{ method: 'GET', path: /^\/runs\/([^/]+)\/results$/, scope: 'jobs' },
    async answer(exchange) {
      return await bounded(exchange.bounds.requests, exchange, async () => ({ body: await resultsSince(exchange) }));
    },
  },
  {
    ...{ method: 'GET', path: /^\/runs\/([^/]+)\/(\d+)\/files\/([^/]+)$/, scope: 'jobs' },
    async answer(exchange) {
      return await bounded(exchange.bounds.requests, exchange, () => fileOf(exchange));
    },
  },
  {
    ...{ method: 'DELETE', path: /^\/runs\/([^/]+)$/, scope: 'jobs' },
    async answer(exchange) {
      await using submitted = new SubmittedRun(await runOf(exchange), exchange.connect, exchange.allStore);
      await submitted.cancel();
      return { status: 204 };
    },
  },
];

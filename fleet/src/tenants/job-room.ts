import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { jobsKey } from '../queues.ts';
import { runScript } from '../redis.ts';
import type { Run } from '../run.ts';
import { OPERATOR, tenantKey, tenantOf } from './names.ts';
import { comingKey } from './tenants.ts';

/** Jobs of a tenant that have not ended, at most, unless its quota says otherwise. */
export const MOST_JOBS = 10_000;
/** Seconds after which jobs that were to come do not come any more, as whoever submits them has ended. */
const LEASE = 600;
/** Milliseconds between two looks whether other runs have been submitted, and how often. */
const [LOOK, MOST_LOOKS] = [50, 200];

/**
 * Makes room for the jobs of a run. KEYS: the tenant's record, its runs that are being submitted, and its queue's jobs that wait, are being done, and were put back.
 * ARGV: how many jobs, the run, how many jobs there may be where the record does not say so, seconds. If there is no room: how many there may be, how many
 * there are, and how many runs are being submitted, whose jobs may count twice.
 */
const RESERVE = `
local most = tonumber(redis.call('HGET', KEYS[1], 'jobs') or ARGV[3])
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[4]))
redis.call('ZREM', KEYS[2], ARGV[1] .. ' ' .. ARGV[2])
local sum = redis.call('LLEN', KEYS[3]) + redis.call('LLEN', KEYS[4]) + redis.call('ZCARD', KEYS[5])
local runs = redis.call('ZRANGE', KEYS[2], 0, -1)
for _, coming in ipairs(runs) do sum = sum + tonumber(string.match(coming, '^%d+')) end
if sum + tonumber(ARGV[1]) > most then return {most, sum, #runs} end
redis.call('ZADD', KEYS[2], now, ARGV[1] .. ' ' .. ARGV[2])
return false
`;

/**
 * Makes room for a run among its tenant's jobs, until it is disposed of: by then they are in the queue. While other runs are being submitted it waits, for
 * some seconds.
 * @throws FleetError if there is none
 */
export async function jobRoom(redis: Redis, { id, count }: Pick<Run, 'id' | 'count'>): Promise<AsyncDisposable> {
  const tenant = tenantOf(id);
  if (tenant === OPERATOR) return { [Symbol.asyncDispose]: async () => {} };
  const lists = (['wait', 'active', 'delayed'] as const).map((list) => jobsKey(tenant, list));
  const keys = [tenantKey(tenant), comingKey(tenant), ...lists];
  const reserve = async () =>
    (await runScript(redis, RESERVE, keys.length, ...keys, count, id, MOST_JOBS, LEASE)) as number[] | null;
  let refused = await reserve();
  for (let looks = 0; refused !== null && refused[2]! > 0 && looks < MOST_LOOKS; looks++) {
    await wait(LOOK);
    refused = await reserve();
  }
  if (refused !== null)
    throw new FleetError(
      `${tenant} may have ${refused[0]} jobs that have not ended, and has ${refused[1]}: ${count} more are too many; submit fewer, or ask for a larger quota`,
    );
  return { [Symbol.asyncDispose]: () => leaveRoom(redis, { id, count }).catch(() => {}) };
}

/** Gives back what is left of the room of a run whose jobs are in the queue: whoever made it may have ended before. */
export async function leaveRoom(redis: Redis, { id, count }: Pick<Run, 'id' | 'count'>): Promise<void> {
  await redis.zrem(comingKey(tenantOf(id)), `${count} ${id}`);
}

import type { Redis } from 'ioredis';
import { runScript } from '../redis.ts';
import { OPERATOR, tenantKey } from './names.ts';
import { slotsKey } from './tenants.ts';

/** Milliseconds between two tellings that a job is still being done, and seconds after which a slot is free when nothing was told. */
const [AGAIN, LEASE] = [10_000, 30];

/** Takes or keeps one of a tenant's slots. ARGV: who has it, seconds. 0: none is free. */
const TAKE = `
local most = redis.call('HGET', KEYS[1], 'slots')
if not most then return 1 end
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[2]))
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) and redis.call('ZCARD', KEYS[2]) >= tonumber(most) then return 0 end
redis.call('ZADD', KEYS[2], now, ARGV[1])
return 1
`;

/**
 * Takes one of a tenant's slots, until it is disposed of. Undefined: none is free.
 * @param token names who takes it: a job may be done twice at a time, when the worker that had it before is not lost
 */
export async function takeSlot(redis: Redis, tenant: string, token: string): Promise<AsyncDisposable | undefined> {
  if (tenant === OPERATOR) return { [Symbol.asyncDispose]: async () => {} };
  const take = async () => (await runScript(redis, TAKE, 2, tenantKey(tenant), slotsKey(tenant), token, LEASE)) === 1;
  if (!(await take())) return undefined;
  const timer = setInterval(() => void take().catch(() => {}), AGAIN).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await redis.zrem(slotsKey(tenant), token).catch(() => {});
    },
  };
}

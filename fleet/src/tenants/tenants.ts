import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { removeQueue } from '../queues.ts';
import { runScript } from '../redis.ts';
import { removeRuns } from '../run.ts';
import type { ObjectStore } from '../store.ts';
import { checkedTenant, tenantKey } from './names.ts';
import { TENANTS } from './store.ts';

/** The most that a tenant may have; left out: as much as there is. */
export interface Quota {
  /** Machines, suspended ones too. */
  readonly machines?: number;
  /** Bytes of memory of all its machines together. */
  readonly memory?: number;
  /** Jobs that are done at the same time. */
  readonly slots?: number;
  /** Jobs that have not ended; left out: 10,000. */
  readonly jobs?: number;
}

/** A tenant, and how much it has. */
export interface Tenant {
  readonly name: string;
  readonly quota: Quota;
  readonly machines: number;
  readonly memory: number;
}

/** Names in Redis. */
const ALL = 'rawiron:tenants';
/** By the SHA-256 of a token, what it is for. */
export const TOKENS = 'rawiron:tokens';
export const tenantMachinesKey = (name: string): string => `${tenantKey(name)}:machines`;
/** Runs that are being submitted: the number of jobs of each before its ID. */
export const comingKey = (name: string): string => `${tenantKey(name)}:coming`;
export const slotsKey = (name: string): string => `${tenantKey(name)}:slots`;

const LIMITS = ['machines', 'memory', 'slots', 'jobs'] as const;

/** Removes the tokens of a tenant. ARGV: its name. */
const REVOKE = `
for _, digest in ipairs(redis.call('HKEYS', KEYS[1])) do
  local token = cjson.decode(redis.call('HGET', KEYS[1], digest))
  if token.tenant == ARGV[1] then redis.call('HDEL', KEYS[1], digest) end
end
return 1
`;

/** The tenants of a fleet, in Redis. */
export class Tenants {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Adds a tenant, or gives it another quota, which is for what comes from now on. */
  async set(name: string, quota: Quota): Promise<void> {
    const key = tenantKey(checkedTenant(name));
    const change = this.#redis.multi().sadd(ALL, name).hset(key, 'name', name);
    for (const limit of LIMITS) {
      const most = quota[limit];
      if (most === undefined) change.hdel(key, limit);
      else change.hset(key, limit, most);
    }
    await change.exec();
  }

  /** @throws FleetError if there is none */
  async find(name: string): Promise<Tenant> {
    const fields = await this.#redis.hgetall(tenantKey(checkedTenant(name)));
    if (fields.name === undefined)
      throw new FleetError(`there is no tenant '${name}'; 'rawiron-fleet tenant set ${name}' makes it`);
    const limits = LIMITS.flatMap((limit) => (fields[limit] === undefined ? [] : [[limit, Number(fields[limit])]]));
    const machines = await this.#redis.scard(tenantMachinesKey(name));
    return { name, quota: Object.fromEntries(limits) as Quota, machines, memory: Number(fields.taken ?? 0) };
  }

  async list(): Promise<readonly Tenant[]> {
    const names = (await this.#redis.smembers(ALL)).sort();
    return await Promise.all(names.map((name) => this.find(name)));
  }

  /**
   * Removes a tenant with its tokens, runs, results and images: whoever gets its name later is somebody else. It is there until all of that is gone, so that
   * it can be removed again when something goes wrong meanwhile.
   * @throws FleetError if there is none, or it has machines
   */
  async remove(name: string, store: ObjectStore): Promise<void> {
    const { machines } = await this.find(name);
    if (machines > 0) throw new FleetError(`${name} has ${machines} machines; 'rawiron-fleet stop' removes them`);
    await runScript(this.#redis, REVOKE, 1, TOKENS, name);
    await removeQueue(this.#redis, name);
    await removeRuns(this.#redis, name);
    for (const { key } of await store.list(`${TENANTS}${name}/`)) await store.remove(key);
    const change = this.#redis.multi().srem(ALL, name).del(tenantKey(name)).del(slotsKey(name)).del(comingKey(name));
    await change.eval(REVOKE, 1, TOKENS, name).exec();
  }
}

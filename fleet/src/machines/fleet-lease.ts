import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { runScript } from '../redis.ts';
import { FLEET } from './record.ts';

/** Milliseconds of a lease where nobody says how long it is, and bounds of one that somebody says. */
export const [DEFAULT_LEASE, LEAST_LEASE, MOST_LEASE] = [10_000, 1000, 600_000];

/** Has a fleet keep a lease, unless it has one. KEYS: the fleet, ARGV: milliseconds. The lease that it has. */
const AGREE = `
redis.call('HSETNX', KEYS[1], 'lease', ARGV[1])
return redis.call('HGET', KEYS[1], 'lease')
`;

/**
 * The lease of a fleet, in milliseconds; the first host says which.
 * @param asked undefined: that of the fleet
 * @throws FleetError if the fleet has another one than was asked for
 */
export async function agreedLease(redis: Redis, asked?: number): Promise<number> {
  const lease = Number(await runScript(redis, AGREE, 1, FLEET, asked ?? DEFAULT_LEASE));
  if (asked === undefined || lease === asked) return lease;
  throw new FleetError(
    `the hosts of this fleet have a lease of ${lease / 1000} s, not ${asked / 1000} s: leave it out here, or change it for all of them with 'rawiron-fleet lease ${asked / 1000}'`,
  );
}

/** Undefined: no host has said one yet. */
export async function findLease(redis: Redis): Promise<number | undefined> {
  const lease = await redis.hget(FLEET, 'lease');
  return lease === null ? undefined : Number(lease);
}

/** Gives all hosts another lease, in milliseconds. Each of them has it from its next beat on, and others go by what each one has told. */
export async function changeLease(redis: Redis, lease: number): Promise<void> {
  await redis.hset(FLEET, 'lease', lease);
}

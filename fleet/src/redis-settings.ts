import type { Redis } from 'ioredis';
import { FleetError } from './error.ts';

/** Parts of a fleet with different needs. */
export type FleetPart = 'host' | 'worker' | 'gateway';

/** Settings of a Redis by which a fleet may lose what it has acknowledged; undefined: this Redis does not tell. */
interface RedisSettings {
  readonly policy: string | undefined;
  /** Whether it writes a log of all changes, and when that is on the disk: "always", "everysec" or "no". */
  readonly isLogged: boolean | undefined;
  readonly sync: string | undefined;
}

async function settingsOf(redis: Redis): Promise<RedisSettings> {
  const info = `${await redis.info('memory')}\n${await redis.info('persistence')}`;
  const told = (field: string) => info.match(new RegExp(`^${field}:(\\S+)`, 'm'))?.[1];
  const log = told('aof_enabled');
  // Services that run a Redis for others do not let them ask.
  const [, sync] = await (redis.config('GET', 'appendfsync') as Promise<string[]>).catch(() => []);
  return { policy: told('maxmemory_policy'), isLogged: log === undefined ? undefined : log === '1', sync };
}

/** Faults of a Redis' settings for a part of a fleet, each with what is to be done. */
export async function settingsFaults(redis: Redis, part: FleetPart): Promise<readonly string[]> {
  const { policy, isLogged, sync } = await settingsOf(redis);
  const faults: string[] = [];
  if (policy !== undefined && policy !== 'noeviction')
    faults.push(
      `Redis throws records away when its memory is full (maxmemory-policy ${policy}), machines and jobs among them; set it to noeviction`,
    );
  if (isLogged === false)
    faults.push(
      'Redis writes no log (appendonly no): when it ends, all machines and jobs of the fleet are forgotten; set appendonly yes',
    );
  else if (part === 'host' && sync !== undefined && sync !== 'always')
    faults.push(
      `Redis may lose what it has acknowledged when it is killed (appendfsync ${sync}): two hosts could have a machine for a moment; set it to always`,
    );
  return faults;
}

/**
 * Tells of settings of a Redis by which a fleet may lose something.
 * @throws FleetError instead of telling, if it is strict
 */
export async function checkRedisSettings(
  redis: Redis,
  { part, isStrict, log }: { readonly part: FleetPart; readonly isStrict: boolean; log(message: string): void },
): Promise<void> {
  const faults = await settingsFaults(redis, part);
  if (isStrict && faults.length > 0) throw new FleetError(`${faults.join('\n')}\nnothing is started (--strict)`);
  for (const fault of faults) log(`warning: ${fault}`);
}

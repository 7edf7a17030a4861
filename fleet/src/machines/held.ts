import type { Redis } from 'ioredis';
import { hostHeldKey } from './record.ts';
import type { HeldMachine } from './seat.ts';

/** The machines of a host that does not find its fleet in Redis. */
export interface HeldByHost {
  readonly host: string;
  /** The epoch that it knows, and the latest beat in it, in milliseconds since 1970 by the clock of Redis. */
  readonly epoch: string;
  readonly at: number;
  /** Milliseconds. */
  readonly lease: number;
  readonly machines: readonly HeldMachine[];
}

/** A host tells what it has, for so many milliseconds. */
export async function tellHeld(redis: Redis, held: HeldByHost, milliseconds: number): Promise<void> {
  await redis.set(hostHeldKey(held.host), JSON.stringify(held), 'PX', milliseconds);
}

/** All that hosts tell now. */
export async function readHeld(redis: Redis): Promise<readonly HeldByHost[]> {
  const found = new Set<string>();
  for await (const keys of redis.scanStream({ match: hostHeldKey('*') }) as AsyncIterable<string[]>)
    for (const key of keys) found.add(key);
  if (found.size === 0) return [];
  const texts = await redis.mget([...found].sort());
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as HeldByHost]));
}

import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { FleetError, StoreError } from '../error.ts';
import { runScript } from '../redis.ts';
import type { ObjectStore } from '../store.ts';
import { FLEET } from './record.ts';
import { hasStoredMachines } from './stored-machines.ts';

/** Milliseconds of the last seconds' work that a Redis may lose when it is killed, as with `appendfsync everysec`. */
export const TOLERANCE = 5000;
/** Milliseconds between two looks for a Redis that has its fleet again. */
const LOOK = 1000;
/** The object of the store that has the fleet's epoch. */
const KEY = 'fleet/epoch';

/** A time in which a fleet's Redis has lost nothing, by a random name. The store has it too, so that a Redis that was emptied is noticed. */
export interface Epoch {
  readonly id: string;
  /** Epochs that it goes on from: an operator has put their machines back. */
  readonly before: readonly string[];
}

/** The fleet in Redis: its epoch, and the latest beat of a host, in milliseconds since 1970 by the clock of Redis. */
export interface FoundEpoch extends Epoch {
  readonly at: number;
}

/** The Redis that a process reaches does not have what the fleet's Redis has acknowledged. */
export class LostEpochError extends FleetError {
  constructor() {
    super(
      "Redis does not have this fleet's records: it was emptied, put back from an old copy, or is another one. Machines that hosts have are kept, and stand still; 'rawiron-fleet adopt' puts the records back",
    );
  }
}

/** Whether a Redis has the fleet of a store, if that has one. */
export const hasFleetOf = (found: Epoch | undefined, stored: Epoch | undefined): boolean =>
  stored === undefined || stored.id === found?.id || found?.before.includes(stored.id) === true;

/** Undefined: Redis has no fleet. */
export async function epochInRedis(redis: Redis): Promise<FoundEpoch | undefined> {
  const [id, before, at] = await redis.hmget(FLEET, 'epoch', 'before', 'at');
  return id ? { id, before: wordsOf(before), at: Number(at ?? 0) } : undefined;
}

/** Undefined: the store has none. */
export async function epochInStore(store: ObjectStore): Promise<Epoch | undefined> {
  const bytes = await store.get(KEY);
  return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as Epoch);
}

export async function putEpoch(store: ObjectStore, { id, before }: Epoch): Promise<void> {
  await store.put(KEY, new TextEncoder().encode(JSON.stringify({ id, before })));
}

const wordsOf = (text: string | null | undefined): string[] => (text ?? '').split(' ').filter((word) => word !== '');

export const freshEpochId = (): string => randomBytes(8).toString('hex');

/** Begins a fleet, unless Redis has one. KEYS: the fleet, ARGV: an epoch. The epoch that it has. */
const BEGIN_FLEET = `
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1])
return redis.call('HGET', KEYS[1], 'epoch')
`;

/**
 * The epoch of the fleet that a Redis and a store have together; a new one where both are new, or no machine is at stake.
 * @throws LostEpochError if the store's fleet is not in this Redis
 */
export async function openEpoch(redis: Redis, store: ObjectStore): Promise<Epoch> {
  const [found, stored] = [await epochInRedis(redis), await epochInStore(store)];
  if (found === undefined) {
    if (stored !== undefined && (await hasStoredMachines(store))) throw new LostEpochError();
    const id = (await runScript(redis, BEGIN_FLEET, 1, FLEET, freshEpochId())) as string;
    await putEpoch(store, { id, before: [] });
    return { id, before: [] };
  }
  if (stored?.id === found.id) return found;
  if (!hasFleetOf(found, stored) && (await hasStoredMachines(store))) throw new LostEpochError();
  await putEpoch(store, found);
  return found;
}

/**
 * Waits for a store that answers, and a Redis that has its fleet.
 * @param log hears what is waited for
 */
export async function awaitEpoch(redis: Redis, store: ObjectStore, log: (message: string) => void): Promise<Epoch> {
  for (let told = ''; ; await wait(LOOK)) {
    try {
      return await openEpoch(redis, store);
    } catch (error) {
      if (!(error instanceof LostEpochError || error instanceof StoreError)) throw error;
      if (error.message !== told) log(error.message);
      told = error.message;
    }
  }
}

/** @throws LostEpochError if the store has a fleet that is not in this Redis */
export async function checkEpoch(redis: Redis, store: ObjectStore): Promise<void> {
  const [found, stored] = [await epochInRedis(redis), await epochInStore(store)];
  if (!hasFleetOf(found, stored) && (await hasStoredMachines(store))) throw new LostEpochError();
}

/** The epoch that a host knows, by which it notices that Redis has lost what it had acknowledged. */
export class KnownEpoch {
  readonly #redis: Redis;
  #id: string;
  /** The latest beat that Redis has acknowledged. */
  #at = 0;

  constructor(redis: Redis, { id }: Epoch) {
    this.#redis = redis;
    this.#id = id;
  }

  get id(): string {
    return this.#id;
  }

  get at(): number {
    return this.#at;
  }

  /** The earliest time that the latest beat may have in a Redis that has lost nothing. */
  get least(): number {
    return Math.max(0, this.#at - TOLERANCE);
  }

  /** Redis has acknowledged a beat. */
  note(at: number): void {
    this.#at = Math.max(this.#at, at);
  }

  /** Whether Redis has all that it has acknowledged: an answer that was read before that is the truth. */
  async isKept(): Promise<boolean> {
    const found = await epochInRedis(this.#redis);
    if (found === undefined || found.at < this.least) return false;
    if (found.before.includes(this.#id)) this.#id = found.id;
    return found.id === this.#id;
  }

  /** Resolves when an operator has put the records back. */
  async settled(): Promise<void> {
    while (!(await this.isKept())) await wait(LOOK);
  }
}

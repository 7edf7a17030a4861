import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { removeGarbage } from './garbage.ts';
import type { Log } from './log.ts';
import { lookAfterRun } from './open-runs.ts';
import type { ObjectStore } from './store.ts';

/** Milliseconds between two looks for runs that somebody may look after. */
const LOOK = 2000;
/** Milliseconds between two removals of garbage of a fleet, and between two looks of each of its processes whether it is time. */
const [CLEANING, CLEANING_LOOK] = [6 * 3600_000, 600_000];

/** Names in Redis: is there as long as it is not time to remove garbage, and the figures of the last removal. */
export const CLEANING_KEY = 'rawiron:cleaning';
const CLEANED = 'rawiron:cleaned';

/** The last removal of garbage. */
export interface Cleaning {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Settings of the upkeep of a fleet. */
export interface UpkeepSettings {
  connect(): Redis;
  /** That of all tenants. */
  readonly store: ObjectStore;
  readonly log: Log;
  /** Milliseconds between two looks whether it is time to remove garbage. Default: ten minutes. */
  readonly look?: number;
}

/**
 * What somebody has to do for the fleet, no matter who: looks after open runs, so that all their jobs are done whoever of those ends that have submitted
 * them, and removes garbage. Each worker, host and gateway has one.
 */
export class Upkeep implements AsyncDisposable {
  readonly #settings: UpkeepSettings;
  readonly #redis: Redis;
  readonly #ending = new AbortController();
  readonly #chores: readonly Promise<void>[];

  constructor(settings: UpkeepSettings) {
    this.#settings = settings;
    this.#redis = settings.connect();
    const { look = CLEANING_LOOK } = settings;
    const { store } = settings;
    this.#chores = [
      this.#repeat('runs cannot be looked after', LOOK, () => lookAfterRun(this.#redis, store)),
      // Those who begin at the same time look at different ones.
      this.#repeat('garbage cannot be removed', look * (1 + Math.random()), () => this.#clean(), look),
    ];
  }

  /** Does something again and again, at once if there was something to do. */
  async #repeat(failure: string, pause: number, act: () => Promise<boolean>, first = 0): Promise<void> {
    const { signal } = this.#ending;
    const rest = (time: number) => wait(time, undefined, { signal, ref: false }).catch(() => {});
    await rest(first);
    while (!signal.aborted) {
      const isDone = await act().catch((error: Error) => {
        if (!signal.aborted) this.#settings.log(`${failure}: ${error.message}`, { level: 'error' });
        return false;
      });
      if (!isDone) await rest(pause);
    }
  }

  async #clean(): Promise<false> {
    if ((await this.#redis.set(CLEANING_KEY, 1, 'PX', CLEANING, 'NX')) === null) return false;
    const { objects, bytes, away } = await removeGarbage(this.#redis, this.#settings.store).catch(async (error) => {
      // The next look tries again, by whoever it is.
      await this.#redis.del(CLEANING_KEY);
      throw error;
    });
    await this.#redis.hset(CLEANED, { at: Date.now(), objects, bytes } satisfies Cleaning);
    if (objects + away > 0)
      this.#settings.log(`${objects} objects that nothing names were removed, ${away} more may go in a day`);
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    // What is under way may wait for a Redis that is away.
    this.#redis.disconnect();
    await Promise.all(this.#chores);
  }
}

/** Undefined: there was no removal of garbage yet. */
export async function lastCleaning(redis: Redis): Promise<Cleaning | undefined> {
  const { at, objects, bytes } = await redis.hgetall(CLEANED);
  return at === undefined ? undefined : { at: Number(at), objects: Number(objects), bytes: Number(bytes) };
}

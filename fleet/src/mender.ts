import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { lookAfterRun } from './open-runs.ts';
import type { ObjectStore } from './store.ts';

/** Milliseconds between two looks for runs that somebody may look after. */
const LOOK = 2000;

/** Settings of a mender. */
export interface MenderSettings {
  connect(): Redis;
  /** That of all tenants. */
  readonly store: ObjectStore;
  log(message: string): void;
}

/** Looks after open runs, so that all their jobs are done whoever of those ends that have submitted them. Workers and gateways have one each. */
export class RunMender implements AsyncDisposable {
  readonly #settings: MenderSettings;
  readonly #redis: Redis;
  readonly #ending = new AbortController();
  readonly #looking: Promise<void>;

  constructor(settings: MenderSettings) {
    this.#settings = settings;
    this.#redis = settings.connect();
    this.#looking = this.#look();
  }

  async #look(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const isDone = await lookAfterRun(this.#redis, this.#settings.store).catch((error: Error) => {
        if (!signal.aborted) this.#settings.log(`runs cannot be looked after: ${error.message}`);
        return false;
      });
      if (!isDone) await wait(LOOK, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    // What is under way may wait for a Redis that is away.
    this.#redis.disconnect();
    await this.#looking;
  }
}

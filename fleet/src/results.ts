import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { finishedKey, type JobResult, KEPT, resultsKey, runFolder } from './run.ts';
import type { ObjectStore } from './store.ts';
import { tenantOf } from './tenants/names.ts';
import { tenantStore } from './tenants/store.ts';

/** Results that are read at once. */
const BATCH = 50;
/** Characters as JSON of a result that Redis has itself, at most; larger ones are in the store. */
const MOST_TEXT = 4096;

/** A result that is in the store, with all else of its run. */
interface StoredResult {
  readonly object: string;
}

/** A job that has ended, and its place on the list of those. */
export interface EndedJob {
  readonly number: number;
  readonly place: string;
}

/** Some results of a run, and the place on the list of jobs that have ended after which the next ones are. */
export interface ResultsPage {
  readonly results: readonly JobResult[];
  readonly next: string;
}

/** The results of a run, in Redis; large ones are in the store. */
export class RunResults {
  readonly #redis: Redis;
  readonly #store: ObjectStore;
  readonly #run: string;

  /** @param store that of all tenants */
  constructor(redis: Redis, store: ObjectStore, run: string) {
    this.#redis = redis;
    this.#store = tenantStore(store, tenantOf(run));
    this.#run = run;
  }

  /**
   * Keeps the result of a job, unless there is one already, and puts its number on the list of those that have ended, on which it may stand
   * several times.
   */
  async keep(result: JobResult): Promise<void> {
    const [results, finished] = [resultsKey(this.#run), finishedKey(this.#run)];
    const text = JSON.stringify(result);
    const kept = text.length > MOST_TEXT ? await this.#stored(result.number, text) : text;
    const answers = await this.#redis
      .multi()
      .hsetnx(results, `${result.number}`, kept)
      .xadd(finished, '*', 'number', `${result.number}`)
      .expire(results, KEPT)
      .expire(finished, KEPT)
      .exec();
    const failure = answers?.find(([error]) => error !== null)?.[0];
    if (failure) throw failure;
  }

  /** A job may be done twice at a time: each of its results has a name of its own. */
  async #stored(number: number, text: string): Promise<string> {
    const object = `${runFolder(this.#run)}${number}/${randomBytes(4).toString('hex')}.json`;
    await this.#store.put(object, Buffer.from(text));
    return JSON.stringify({ object } satisfies StoredResult);
  }

  /** Whether a job has ended. */
  async has(number: number): Promise<boolean> {
    return (await this.#redis.hexists(resultsKey(this.#run), `${number}`)) === 1;
  }

  /** Undefined: the job has not ended. */
  async find(number: number): Promise<JobResult | undefined> {
    const kept = await this.#redis.hget(resultsKey(this.#run), `${number}`);
    return kept === null ? undefined : (JSON.parse(await this.#textOf(kept, number)) as JobResult);
  }

  /** The text of a result; one that the store has lost has failed. */
  async #textOf(kept: string, number: number): Promise<string> {
    const { object } = JSON.parse(kept) as Partial<StoredResult>;
    if (object === undefined) return kept;
    const bytes = await this.#store.get(object);
    if (bytes !== undefined) return Buffer.from(bytes).toString();
    return JSON.stringify(failedResult(number, 0, `the store lacks ${object}`));
  }

  /** Jobs that have ended since a place on the list; waits a moment for the first. */
  async endedSince(place: string, milliseconds: number): Promise<readonly EndedJob[]> {
    const key = finishedKey(this.#run);
    const answer = await this.#redis.xread('COUNT', 1000, 'BLOCK', milliseconds, 'STREAMS', key, place);
    return (answer?.[0]?.[1] ?? []).map(([place, fields]) => ({ place, number: Number(fields[1]) }));
  }

  /**
   * Results since a place on the list of jobs that have ended; waits a moment for the first.
   * @param most bytes as JSON from which on no more are added
   */
  async pageSince(place: string, milliseconds: number, most: number): Promise<ResultsPage> {
    const ended = await this.endedSince(place, milliseconds);
    const results = new Map<number, JobResult>();
    let [next, bytes] = [place, 0];
    for (let at = 0; at < ended.length && bytes < most; at += BATCH) {
      const jobs = ended.slice(at, at + BATCH);
      const texts = await this.#redis.hmget(resultsKey(this.#run), ...jobs.map(({ number }) => `${number}`));
      for (const [n, { number, place }] of jobs.entries()) {
        if (bytes >= most) break;
        next = place;
        const kept = texts[n];
        if (typeof kept !== 'string' || results.has(number)) continue;
        const text = await this.#textOf(kept, number);
        results.set(number, JSON.parse(text) as JobResult);
        bytes += Buffer.byteLength(text);
      }
    }
    return { results: [...results.values()], next };
  }
}

/** The result of a job of which no worker has told one. */
export function failedResult(number: number, tries: number, error: string): JobResult {
  return { number, status: 'failed', error, tries, worker: '', milliseconds: 0, files: {} };
}

import type { Redis } from 'ioredis';
import { finishedKey, type JobResult, KEPT, resultsKey } from './run.ts';

/** Results that are read at once. */
const BATCH = 50;

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

/** The results of a run, in Redis. */
export class RunResults {
  readonly #redis: Redis;
  readonly #run: string;

  constructor(redis: Redis, run: string) {
    this.#redis = redis;
    this.#run = run;
  }

  /**
   * Keeps the result of a job, unless there is one already, and puts its number on the list of those that have ended, on which it may stand
   * several times.
   */
  async keep(result: JobResult): Promise<void> {
    const [results, finished] = [resultsKey(this.#run), finishedKey(this.#run)];
    const answers = await this.#redis
      .multi()
      .hsetnx(results, `${result.number}`, JSON.stringify(result))
      .xadd(finished, '*', 'number', `${result.number}`)
      .expire(results, KEPT)
      .expire(finished, KEPT)
      .exec();
    const failure = answers?.find(([error]) => error !== null)?.[0];
    if (failure) throw failure;
  }

  /** Undefined: the job has not ended. */
  async find(number: number): Promise<JobResult | undefined> {
    const text = await this.#redis.hget(resultsKey(this.#run), `${number}`);
    return text === null ? undefined : (JSON.parse(text) as JobResult);
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
        const text = texts[n];
        if (typeof text !== 'string' || results.has(number)) continue;
        results.set(number, JSON.parse(text) as JobResult);
        bytes += Buffer.byteLength(text);
      }
    }
    return { results: [...results.values()], next };
  }
}

import { randomBytes } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { MachineLimits } from 'rawiron';
import { putBlob } from './blobs.ts';
import { FleetError } from './error.ts';
import { findImage } from './images.ts';
import { checkMachineLimits } from './limits.ts';
import { bundledModule } from './module.ts';
import { ALONE, fillRun, isSubmitted } from './open-runs.ts';
import { queueOf } from './queues.ts';
import { RunResults } from './results.ts';
import { forgetRun, type JobData, type JobResult, jobId, keepRun, type Run, type Work } from './run.ts';
import { RunClaim } from './run-claim.ts';
import { knownRun, putRunRecord, removeRunRecord } from './run-records.ts';
import type { ObjectStore } from './store.ts';
import { jobRoom } from './tenants/job-room.ts';
import { fullName, OPERATOR, tenantOf } from './tenants/names.ts';
import { tenantStore } from './tenants/store.ts';

/** The settings of a run. */
export interface RunOptions {
  /** Name of an image of the store. */
  readonly image: string;
  /** Path of a module whose default export is a `JobFunction`. */
  readonly module?: string;
  /** The text of such a module, which imports nothing but Node's modules and `rawiron`, in its place. */
  readonly text?: string;
  /** A script for the guest's shell, in the place of a module. */
  readonly script?: string;
  /** The end of the shell's prompt. Default: "# ". */
  readonly prompt?: string;
  /** How many jobs. Default: 1. */
  readonly count?: number;
  /** Seconds that a job may take. Default: 60. */
  readonly timeout?: number;
  /** How often a job may be begun: when it throws, or its worker is lost, it is begun again. Default: 5. */
  readonly tries?: number;
  /** Limits of each job's machine. */
  readonly limits?: MachineLimits;
  /** Whose run it is. Default: nobody's. */
  readonly tenant?: string;
  /** An idempotency key, of up to 255 visible characters: for a week, whoever submits the same with the same key again gets the same run. */
  readonly key?: string;
}

/** Milliseconds to wait for news, and after which the run itself is looked for. */
const [PATIENCE, DOUBT] = [1000, 10_000];

/** A run whose jobs are in the queue, or are put there by whoever is up. */
export class SubmittedRun implements AsyncDisposable {
  readonly run: Run;
  readonly #redis: Redis;
  readonly #store: ObjectStore;
  /** The queue's own connection. */
  readonly #connection: Redis;
  readonly #queue: Queue<JobData>;
  readonly #results: RunResults;

  /** @param run one that was submitted */
  constructor(run: Run, connect: () => Redis, store: ObjectStore) {
    this.run = run;
    this.#redis = connect();
    this.#store = store;
    this.#results = new RunResults(this.#redis, store, run.id);
    this.#connection = connect();
    this.#queue = new Queue<JobData>(queueOf(tenantOf(run.id)), { connection: this.#connection });
    // The connection itself tells of it, and waits.
    this.#queue.on('error', () => {});
  }

  /**
   * Puts the jobs of a run into the queue. If it ends before all are there, whoever is up adds the rest.
   * @param connect connects to Redis
   * @throws FleetError that names the option, the image or the file, or says that its tenant has too many jobs, or that its key was another run's
   */
  static async submit(connect: () => Redis, store: ObjectStore, options: RunOptions): Promise<SubmittedRun> {
    const { tenant = OPERATOR, key } = options;
    const offered = await runOf(tenantStore(store, tenant), options);
    const redis = connect();
    try {
      const claim = key === undefined ? undefined : await RunClaim.make(redis, key, offered, options.image);
      const run = claim === undefined ? offered : { ...offered, id: claim.id };
      const known = claim?.isOwn === false ? await knownRun(redis, store, run.id) : undefined;
      if (known === undefined) {
        claim?.refuseGone();
        await using _room = await jobRoom(redis, run);
        await putRunRecord(store, run);
        await keepRun(redis, run, ALONE);
        await claim?.confirm();
        await fillRun(redis, store, run);
      } else if (!(await isSubmitted(redis, run.id))) await fillRun(redis, store, known);
      return new SubmittedRun(known ?? run, connect, store);
    } finally {
      redis.disconnect();
    }
  }

  /**
   * The results, each once, as they come. Jobs that Redis has lost are added again by workers and gateways.
   * @throws FleetError if it was cancelled
   */
  async *results(): AsyncGenerator<JobResult> {
    const { id, count } = this.run;
    const open = new Set(Array.from({ length: count }, (_, number) => number));
    let place = '0';
    let heard = performance.now();
    while (open.size > 0) {
      const ended = await this.#results.endedSince(place, PATIENCE);
      place = ended.at(-1)?.place ?? place;
      for (const { number } of ended) {
        const result = open.has(number) ? await this.#results.find(number) : undefined;
        if (result === undefined) continue;
        open.delete(number);
        yield result;
      }
      if (ended.length > 0) heard = performance.now();
      else if (performance.now() - heard > DOUBT) {
        heard = performance.now();
        if ((await knownRun(this.#redis, this.#store, id)) === undefined)
          throw new FleetError(`the run ${id} was cancelled`);
      }
    }
  }

  /** Takes the jobs that have not begun from the queue; those that have begun end for nobody. */
  async cancel(): Promise<void> {
    const { id, count } = this.run;
    // Else it would be put back.
    await removeRunRecord(this.#store, id);
    await forgetRun(this.#connection, id);
    for (let number = 0; number < count; number++) await this.#queue.remove(jobId(id, number)).catch(() => {});
  }

  /** Leaves the run to its workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close();
    for (const redis of [this.#connection, this.#redis]) redis.disconnect();
  }
}

async function runOf(store: ObjectStore, options: RunOptions): Promise<Run> {
  const { image, count = 1, timeout = 60, tries = 5, limits = {}, tenant = OPERATOR } = options;
  checkNumber('count', count, 1_000_000);
  checkNumber('timeout', timeout, 86_400);
  checkNumber('tries', tries, 100);
  checkMachineLimits(limits);
  const { manifest, memory } = await findImage(store, image);
  const id = `${new Date().toISOString().slice(0, 19).replaceAll(/[^\d]/g, '')}-${randomBytes(4).toString('hex')}`;
  return {
    id: fullName(tenant, id),
    image: manifest,
    memory,
    work: await workOf(store, options),
    count,
    timeout,
    tries,
    limits,
  };
}

async function workOf(store: ObjectStore, { module, text, script, prompt = '# ' }: RunOptions): Promise<Work> {
  const put = (text: string) => putBlob(store, new TextEncoder().encode(text));
  if ([module, text, script].filter((given) => given !== undefined).length !== 1)
    throw new FleetError('give a module or a script');
  if (script !== undefined) return { kind: 'script', digest: await put(script), prompt };
  if (text !== undefined) return { kind: 'module', digest: await put(text) };
  return { kind: 'module', digest: await put(await bundledModule(module!)) };
}

function checkNumber(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new FleetError(`${name} is ${value}; it must be a whole number from 1 to ${most}`);
}

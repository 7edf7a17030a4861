import { hostname } from 'node:os';
import { DelayedError, type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { getBlob } from './blobs.ts';
import type { Confinement } from './confined/confinement.ts';
import { checkedOutcome, type JobOutcome } from './job.ts';
import { SnapshotStore } from './pieces.ts';
import { type LoadedWork, type PreparedRun, prepareConfined, prepareHere } from './prepared.ts';
import { keepResult } from './results.ts';
import { findRun, type JobData, type JobResult, jobId, QUEUE, type Run, type Work } from './run.ts';
import type { ObjectStore } from './store.ts';
import { OPERATOR, ownName, tenantOf } from './tenants/names.ts';
import { takeSlot } from './tenants/slots.ts';
import { tenantStore } from './tenants/store.ts';

/** Milliseconds after which a worker that is not heard of has lost its jobs, and between the looks for such workers. */
const [LEASE, LOOK] = [10_000, 3_000];
/** Milliseconds until a job is looked at again whose tenant had no slot left. */
const PAUSE = 500;
/** Times that jobs may come back from workers that are gone; the bound is the run's own, which is less. */
const MOST_DEATHS = 1000;

/** Settings of a worker. */
export interface WorkerSettings {
  /** Connects to Redis; a worker needs more than one connection. */
  connect(): Redis;
  readonly store: ObjectStore;
  /** Jobs at the same time. */
  readonly slots: number;
  /** Whether jobs that are no tenant's are in a process of their own, too. */
  readonly isolate?: boolean;
  /** How such processes are confined. */
  readonly confinement?: Confinement;
  /** Hears what goes wrong besides jobs. */
  log(message: string): void;
}

/** The run whose job came last, and how many of its jobs are being done here. */
interface Current {
  readonly id: string;
  readonly prepared: Promise<PreparedRun>;
  jobs: number;
}

/** Takes jobs from the queue and does them, each in a fork of the machine of its run's image. */
export class FleetWorker implements AsyncDisposable {
  readonly name: string = `${hostname()}-${process.pid}`;
  readonly #settings: WorkerSettings;
  readonly #redis: Redis;
  /** The queue's own connection. */
  readonly #connection: Redis;
  readonly #worker: Worker<JobData>;
  #current: Current | undefined;

  private constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#redis = settings.connect();
    this.#connection = settings.connect();
    this.#worker = new Worker<JobData>(QUEUE, (job, token) => this.#take(job, token), {
      connection: this.#connection,
      name: this.name,
      concurrency: settings.slots,
      lockDuration: LEASE,
      stalledInterval: LOOK,
      maxStalledCount: MOST_DEATHS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    // Where the system says what is wrong, the connections tell of it once, and wait.
    this.#worker.on('error', (error) => {
      if (!('code' in error)) settings.log(error.message);
    });
  }

  /** Begins to take jobs. */
  static async start(settings: WorkerSettings): Promise<FleetWorker> {
    const worker = new FleetWorker(settings);
    await worker.#worker.waitUntilReady();
    return worker;
  }

  /** Does a job, or puts it back for a while if its tenant has no slot left. */
  async #take(job: Job<JobData>, token: string | undefined): Promise<void> {
    const { run, number, waited = 0 } = job.data;
    await using slot = await takeSlot(this.#redis, tenantOf(run), jobId(run, number));
    if (slot !== undefined) return await this.#do(job.data, job.attemptsStarted - waited);
    await job.updateData({ ...job.data, waited: waited + 1 });
    await job.moveToDelayed(Date.now() + PAUSE, token);
    throw new DelayedError();
  }

  async #do({ run: id, number }: JobData, tries: number): Promise<void> {
    const began = performance.now();
    const result = (outcome: Pick<JobResult, 'status' | 'value' | 'error' | 'files'>): JobResult => ({
      number,
      ...outcome,
      tries,
      worker: this.name,
      milliseconds: Math.round(performance.now() - began),
    });
    const run = await findRun(this.#redis, id);
    // Nobody waits for it any more.
    if (run === undefined) return;
    // The worker that did it the last time may have died of it.
    if (tries > run.tries)
      return await keepResult(this.#redis, id, result({ status: 'failed', error: LOST, files: {} }));
    const outcome = await this.#outcome(run, number);
    const isLast = tries >= run.tries;
    if (outcome.error !== undefined && !isLast) throw new Error(outcome.error);
    const files = await this.#keepFiles(run.id, number, outcome.files);
    const { error, value } = outcome;
    const ended = error === undefined ? { status: 'done' as const, value } : { status: 'failed' as const, error };
    await keepResult(this.#redis, id, result({ ...ended, files }));
  }

  async #outcome(run: Run, number: number): Promise<JobOutcome> {
    const current = this.#enter(run);
    try {
      const prepared = await current.prepared;
      return checkedOutcome(await prepared.do(number, { ...run, run: run.id }));
    } catch (error) {
      // Its process may have ended: the next job has another one.
      if (this.#current === current) this.#current = undefined;
      return { error: (error as Error).message, files: new Map() };
    } finally {
      current.jobs--;
      void this.#leave(current);
    }
  }

  /** The run's machine is restored once, as long as no job of another run comes. */
  #enter(run: Run): Current {
    const before = this.#current;
    if (before?.id === run.id) {
      before.jobs++;
      return before;
    }
    const current = { id: run.id, prepared: this.#prepare(run), jobs: 1 };
    this.#current = current;
    // It is tried again with the next job.
    current.prepared.catch(() => {
      if (this.#current === current) this.#current = undefined;
    });
    if (before) void this.#leave(before);
    return current;
  }

  /** Ends the machine of a run that has no job here, and is not the last one. */
  async #leave(current: Current): Promise<void> {
    if (current === this.#current || current.jobs > 0) return;
    await current.prepared.then(
      (prepared) => prepared.stop(),
      () => {},
    );
  }

  /** A tenant's jobs are in a process of their own. */
  async #prepare(run: Run): Promise<PreparedRun> {
    const { store, slots, isolate = false, confinement = {} } = this.#settings;
    const tenant = tenantOf(run.id);
    const [snapshot, work] = await Promise.all([
      new SnapshotStore(store).get(run.image),
      loadedWork(tenantStore(store, tenant), run.work),
    ]);
    if (tenant === OPERATOR && !isolate) return await prepareHere(snapshot, work, slots);
    return await prepareConfined(snapshot, work, slots, confinement);
  }

  async #keepFiles(run: string, number: number, files: JobOutcome['files']): Promise<Record<string, string>> {
    const tenant = tenantOf(run);
    const folder = `runs/${ownName(tenant, run)}/${number}`;
    const keys = Object.fromEntries([...files.keys()].map((name) => [name, `${folder}/${name}`]));
    const store = tenantStore(this.#settings.store, tenant);
    for (const [name, bytes] of files) await store.put(keys[name]!, bytes);
    return keys;
  }

  /** Ends when the jobs that are being done have ended. */
  async stop(): Promise<void> {
    await this.#worker.close();
    const last = this.#current;
    this.#current = undefined;
    if (last) await this.#leave(last);
    for (const redis of [this.#connection, this.#redis]) redis.disconnect();
  }

  /** Calls `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const LOST = 'its workers were lost each time that it was begun';

async function loadedWork(store: ObjectStore, { digest, ...work }: Work): Promise<LoadedWork> {
  return { ...work, text: new TextDecoder().decode(await getBlob(store, digest)) };
}

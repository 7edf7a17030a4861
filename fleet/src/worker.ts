import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { getBlob } from './blobs.ts';
import { checkApart, checkTenants, confinementHere } from './confined/apart.ts';
import type { Confinement } from './confined/confinement.ts';
import { removeLeftFolders } from './confined/folders.ts';
import { PermanentError, publicMessage, StoreError } from './error.ts';
import { checkedOutcome, type JobOutcome } from './job.ts';
import { JobFiles } from './job-files.ts';
import type { Log } from './log.ts';
import { Permits } from './permits.ts';
import { SnapshotStore } from './pieces.ts';
import type { LoadedWork } from './prepare-here.ts';
import { type PreparedRun, prepareConfined, prepareOwn } from './prepared.ts';
import { PreparedRuns } from './prepared-runs.ts';
import { failedResult, RunResults } from './results.ts';
import { findRun, type JobResult, type Run, runFolder, type Work } from './run.ts';
import type { ObjectStore } from './store.ts';
import { OPERATOR, tenantOf } from './tenants/names.ts';
import { tenantStore } from './tenants/store.ts';
import { JobTurns, type TakenJob } from './turns.ts';
import { Upkeep } from './upkeep.ts';

/** Milliseconds between two looks for jobs, of which nobody may have told: they come back from workers that are gone, or are put back. */
const LOOK = 500;
/** Times that a job is put back as the store is away: for an hour and a half, as it comes back later each time. */
const MOST_BACK = 100;
/** Jobs that a worker has for each slot at most, those included whose results are being kept. */
const MOST_JOBS = 3;
/** Milliseconds that a run may take to be ready, at least: its image may be large, and this computer slow. */
const LEAST_PATIENCE = 60_000;
/** Files of jobs that go into the store at a time, each as a whole in memory. */
const MOST_PUTS = 4;

/** Settings of a worker. */
export interface WorkerSettings {
  /** Connects to Redis; a worker needs more than one connection. */
  connect(): Redis;
  readonly store: ObjectStore;
  /** Jobs at the same time. One more waits for the next slot, and results are kept meanwhile. */
  readonly slots: number;
  /** Whether jobs that are no tenant's are in a process of their own, too. */
  readonly isolate?: boolean;
  /** How such processes are confined. Default: by bubblewrap, where it works. */
  readonly confinement?: Confinement;
  /** Hears what goes wrong besides jobs. */
  readonly log: Log;
}

/** Takes jobs from the queues and does them, each in a fork of the machine of its run's image. */
export class FleetWorker implements AsyncDisposable {
  readonly name: string = `${hostname()}-${process.pid}`;
  readonly #settings: WorkerSettings;
  readonly #redis: Redis;
  #turns!: JobTurns;
  #upkeep!: Upkeep;
  #confinement!: Confinement;
  readonly #runs = new PreparedRuns((run) => this.#prepare(run));
  /** Slots, each of which has a job's machine. */
  readonly #slots: Permits;
  readonly #puts = new Permits(MOST_PUTS);
  /** Jobs that it has. */
  readonly #jobs = new Set<Promise<void>>();
  /** Those that have had no slot yet. */
  readonly #next = new Set<TakenJob>();
  /** Takes jobs until it ends. */
  #taking: Promise<void> = Promise.resolve();
  #isEnding = false;
  /** There may be more to do than when it looked last. */
  #isAwake = false;
  #resume: () => void = () => {};

  private constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#redis = settings.connect();
    this.#slots = new Permits(settings.slots);
  }

  /**
   * Begins to take jobs.
   * @throws FleetError if the fleet has tenants whose jobs must not be done here
   */
  static async start(settings: WorkerSettings): Promise<FleetWorker> {
    await removeLeftFolders();
    const worker = new FleetWorker(settings);
    const { connect, store, log } = settings;
    worker.#confinement = settings.confinement ?? (await confinementHere(log));
    try {
      await checkTenants(worker.#redis, worker.#confinement);
    } catch (error) {
      worker.#redis.disconnect();
      throw error;
    }
    worker.#upkeep = new Upkeep({ connect, store, log });
    worker.#turns = await JobTurns.start({ connect, log, name: worker.name, news: () => worker.#wake() });
    worker.#taking = worker.#takeAll();
    return worker;
  }

  /** Takes jobs as long as none waits for a slot. */
  async #takeAll(): Promise<void> {
    while (!this.#isEnding) {
      this.#isAwake = false;
      const mayTake = this.#next.size === 0 && this.#jobs.size < MOST_JOBS * this.#settings.slots;
      const job = mayTake ? await this.#take() : undefined;
      if (job === undefined) await this.#pause();
      else this.#begin(job);
    }
  }

  async #take(): Promise<TakenJob | undefined> {
    try {
      return await this.#turns.next();
    } catch (error) {
      this.#settings.log((error as Error).message);
      return undefined;
    }
  }

  /** Resolves when there may be a job, or a slot. */
  async #pause(): Promise<void> {
    if (this.#isAwake) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK);
      this.#resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #wake(): void {
    this.#isAwake = true;
    this.#resume();
  }

  #begin(job: TakenJob): void {
    this.#next.add(job);
    const done = this.#do(job)
      .then(
        () => job.end(),
        (error: Error) => this.#giveUp(job, error),
      )
      .catch((error: Error) =>
        this.#settings.log(error.message, { level: 'error', run: job.data.run, job: job.data.number }),
      )
      .finally(() => {
        this.#next.delete(job);
        this.#jobs.delete(done);
        this.#wake();
      });
    this.#jobs.add(done);
  }

  /** Does a job. Rejects if it is to be begun again. */
  async #do(job: TakenJob): Promise<void> {
    const {
      data: { run: id, number },
      tries,
    } = job;
    const began = performance.now();
    const result = (outcome: Pick<JobResult, 'status' | 'value' | 'error' | 'files'>): JobResult => ({
      number,
      ...outcome,
      tries,
      worker: this.name,
      milliseconds: Math.round(performance.now() - began),
    });
    const run = await findRun(this.#redis, id);
    const results = this.#resultsOf(job);
    // Nobody waits for it any more.
    if (run === undefined || (await results.has(number))) return;
    // The worker that did it the last time may have died of it.
    if (tries > run.tries) return await results.keep(result({ status: 'failed', error: LOST, files: {} }));
    await using left = await JobFiles.make();
    const outcome = await this.#outcome(run, number, left, () => this.#hasSlot(job));
    const isLast = tries >= run.tries || outcome.isPermanent;
    if (outcome.error !== undefined && !isLast) throw new Error(outcome.error);
    // It was cancelled meanwhile, or its tenant removed; or another worker was faster.
    if ((await findRun(this.#redis, id)) === undefined || (await results.has(number))) return;
    const files = await this.#keepFiles(run.id, number, left);
    const { error, value } = outcome;
    const ended = error === undefined ? { status: 'done' as const, value } : { status: 'failed' as const, error };
    await results.keep(result({ ...ended, files }));
  }

  /** A job has not been done. One that will not be begun again has its error for its result, so that its run ends. */
  async #giveUp(job: TakenJob, error: Error): Promise<void> {
    const {
      data: { run: id, number, back = 0 },
      tries,
    } = job;
    const isAway = error instanceof StoreError;
    if (isAway) this.#settings.log(`job ${number} of ${id}: ${error.message}`, { level: 'warn', run: id, job: number });
    if (isAway && back < MOST_BACK) return await job.putBack();
    try {
      const run = await findRun(this.#redis, id);
      if (run !== undefined && tries >= run.tries)
        await this.#resultsOf(job).keep({ ...failedResult(number, tries, publicMessage(error)), worker: this.name });
    } finally {
      await job.end(error);
    }
  }

  #resultsOf({ data: { run } }: TakenJob): RunResults {
    return new RunResults(this.#redis, this.#settings.store, run);
  }

  /** The next one may be taken. */
  #hasSlot(job: TakenJob): void {
    this.#next.delete(job);
    this.#wake();
  }

  async #outcome(run: Run, number: number, files: JobFiles, hasSlot: () => void): Promise<JobOutcome> {
    try {
      const bounds = { ...run, run: run.id };
      return checkedOutcome(
        await this.#slots.use(async () => {
          hasSlot();
          return await this.#runs.use(run, (prepared) => prepared.do(number, bounds, files));
        }),
      );
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const isPermanent = error instanceof PermanentError;
      return { error: (error as Error).message, isPermanent };
    }
  }

  /** A tenant's jobs are in a process of their own. */
  async #prepare(run: Run): Promise<PreparedRun> {
    const { store, slots, isolate = false, log } = this.#settings;
    const confinement = this.#confinement;
    const tenant = tenantOf(run.id);
    if (tenant !== OPERATOR) checkApart(confinement);
    const [snapshot, work] = await Promise.all([
      new SnapshotStore(store).get(run.image),
      loadedWork(tenantStore(store, tenant), run.work),
    ]);
    if (tenant === OPERATOR && !isolate) return await prepareOwn(snapshot, work, slots);
    const patience = Math.max(LEAST_PATIENCE, run.timeout * 1000);
    const owner = { name: run.id, memory: run.memory ?? 0, confinement, patience, log };
    return await prepareConfined(snapshot, work, slots, owner);
  }

  /** Each time that a job is done its files have names of their own: it may be done twice at a time, and one of both has the result. */
  async #keepFiles(run: string, number: number, files: JobFiles): Promise<Record<string, string>> {
    const tenant = tenantOf(run);
    const folder = `${runFolder(run)}${number}/${randomBytes(4).toString('hex')}`;
    const store = tenantStore(this.#settings.store, tenant);
    for (const name of files.names)
      await this.#puts.use(async () => await store.put(`${folder}/${name}`, await files.read(name)));
    return Object.fromEntries(files.names.map((name) => [name, `${folder}/${name}`]));
  }

  /** Ends when the jobs that are being done have ended. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    this.#wake();
    await this.#taking;
    await Promise.all(this.#jobs);
    await this.#runs.stop();
    await this.#turns[Symbol.asyncDispose]();
    await this.#upkeep[Symbol.asyncDispose]();
    this.#redis.disconnect();
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

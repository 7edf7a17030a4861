import { randomUUID } from 'node:crypto';
import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { busyQueues, JOB_NEWS, queueOf } from './queues.ts';
import type { JobData } from './run.ts';
import { takeSlot } from './tenants/slots.ts';

/** Milliseconds after which a worker that is not heard of has lost its jobs, and between the looks for such workers. */
const [LEASE, LOOK] = [10_000, 3_000];
/** Times that jobs may come back from workers that are gone; the bound is the run's own, which is less. */
const MOST_DEATHS = 1000;
/** Milliseconds after which a job is begun again that was put back, the first time and at most. */
const [FIRST, LONGEST] = [1000, 60_000];
/** Milliseconds for which a tenant's jobs are taken when others wait: it takes time to restore the machines of another one. */
const TURN = 3000;

/** Settings of turns. */
export interface TurnSettings {
  connect(): Redis;
  /** Name of the worker. */
  readonly name: string;
  /** Hears that there may be jobs. */
  news(): void;
  log(message: string): void;
}

/** A job that a worker has. */
export interface TakenJob {
  readonly data: JobData;
  /** How often it was begun; when it was put back it was not. */
  readonly tries: number;
  /** Ends it; with an error it is begun again later, as often as it may be. */
  end(error?: Error): Promise<void>;
  /** Has it begun again later, though it has no tries left. */
  putBack(): Promise<void>;
}

/** Takes jobs from the queues of all tenants, which take turns: one with many jobs holds nobody up. */
export class JobTurns implements AsyncDisposable {
  readonly #settings: TurnSettings;
  readonly #redis: Redis;
  /** The queues' own connection. */
  readonly #connection: Redis;
  /** The connection that hears of news. */
  readonly #hearing: Redis;
  /** Queues that have jobs, by their tenants. */
  readonly #queues = new Map<string, Worker<JobData>>();
  /** Whose turn it is, and until when. */
  #turn = { tenant: '', end: 0 };

  private constructor(settings: TurnSettings) {
    this.#settings = settings;
    [this.#redis, this.#connection, this.#hearing] = [settings.connect(), settings.connect(), settings.connect()];
    this.#hearing.on('message', () => settings.news());
  }

  static async start(settings: TurnSettings): Promise<JobTurns> {
    const turns = new JobTurns(settings);
    await turns.#hearing.subscribe(JOB_NEWS);
    return turns;
  }

  /** Takes a job of the tenant whose turn it is. Undefined: there is none now. */
  async next(): Promise<TakenJob | undefined> {
    const { tenant, end } = this.#turn;
    // As long as a turn lasts nobody need be asked whose it is.
    const again = performance.now() < end && this.#queues.has(tenant) ? await this.#take(tenant) : undefined;
    return again ?? (await this.#nextOfAll());
  }

  async #nextOfAll(): Promise<TakenJob | undefined> {
    const busy = await busyQueues(this.#redis);
    await this.#follow(busy.map(({ tenant }) => tenant));
    for (const tenant of this.#order(busy.filter(({ waiting }) => waiting > 0).map(({ tenant }) => tenant))) {
      const job = await this.#take(tenant);
      if (job === undefined) continue;
      const now = performance.now();
      if (tenant !== this.#turn.tenant || now >= this.#turn.end) this.#turn = { tenant, end: now + TURN };
      return job;
    }
    return undefined;
  }

  /** Tenants in the order of their turns. */
  #order(tenants: readonly string[]): string[] {
    const { tenant: last, end } = this.#turn;
    const isOver = performance.now() >= end;
    const isNext = (tenant: string) => tenant > last || (tenant === last && !isOver);
    return [...tenants.filter(isNext), ...tenants.filter((tenant) => !isNext(tenant))];
  }

  /** Has the queues that have jobs, also those whose jobs other workers have, who may be gone. */
  async #follow(tenants: readonly string[]): Promise<void> {
    for (const [tenant, queue] of this.#queues) {
      if (tenants.includes(tenant)) continue;
      this.#queues.delete(tenant);
      await queue.close();
    }
    for (const tenant of tenants) if (!this.#queues.has(tenant)) this.#queues.set(tenant, this.#open(tenant));
  }

  #open(tenant: string): Worker<JobData> {
    const queue = new Worker<JobData>(queueOf(tenant), null, {
      connection: this.#connection,
      ...{ name: this.#settings.name, lockDuration: LEASE, stalledInterval: LOOK, maxStalledCount: MOST_DEATHS },
      ...{ removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } },
    });
    queue.on('error', (error) => this.#tell(error));
    void queue.startStalledCheckTimer();
    return queue;
  }

  /** Where the system says what is wrong, the connections tell of it once, and wait. */
  #tell(error: Error): void {
    if (!('code' in error)) this.#settings.log(error.message);
  }

  /** Takes a job, if its tenant may have one more. */
  async #take(tenant: string): Promise<TakenJob | undefined> {
    const token = randomUUID();
    const slot = await takeSlot(this.#redis, tenant, token);
    if (slot === undefined) return undefined;
    let job: Job<JobData> | undefined;
    try {
      job = await this.#queues.get(tenant)!.getNextJob(token, { block: false });
    } finally {
      if (job === undefined) await slot[Symbol.asyncDispose]();
    }
    return job && this.#taken(job, token, slot);
  }

  #taken(job: Job<JobData>, token: string, slot: AsyncDisposable): TakenJob {
    const timer = setInterval(() => void job.extendLock(token, LEASE).catch(() => {}), LEASE / 2);
    const { data } = job;
    const { back = 0 } = data;
    const leave = async (move: () => Promise<unknown>) => {
      clearInterval(timer);
      try {
        await move();
      } catch (error) {
        // Another worker may have it by now.
        this.#tell(error as Error);
      } finally {
        await slot[Symbol.asyncDispose]();
      }
    };
    return {
      ...{ data, tries: job.attemptsStarted - back },
      end: (error) =>
        leave(() => (error ? job.moveToFailed(error, token, false) : job.moveToCompleted(null, token, false))),
      putBack: () =>
        leave(async () => {
          await job.updateData({ ...data, back: back + 1 });
          await job.moveToDelayed(Date.now() + Math.min(LONGEST, FIRST * 2 ** back), token);
        }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hearing.disconnect();
    await this.#follow([]);
    for (const redis of [this.#connection, this.#redis]) redis.disconnect();
  }
}

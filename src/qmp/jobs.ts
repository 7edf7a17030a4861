import { messageOf } from '../util/errors.ts';
import type { JsonObject } from './command.ts';
import { QmpError } from './error.ts';
import type { EventListener } from './events.ts';

/** JobStatus of QEMU's schema, as far as jobs here come. */
type JobStatus = 'created' | 'running' | 'aborting' | 'waiting' | 'pending' | 'concluded' | 'null';

interface Job {
  readonly type: string;
  status: JobStatus;
  error?: string;
}

/** As QEMU wants its identifiers. */
const WELL_FORMED = /^[A-Za-z][A-Za-z0-9._-]*$/;

/** Resolves when the command that has begun a job has been answered, as QEMU does before it tells how the job has ended. */
const answered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A machine's jobs, which go on when their command has been answered, as QEMU has them. They stay until they are dismissed. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #listeners: EventListener[] = [];

  /** Tells of the events of all jobs from now on. */
  listen(listener: EventListener): void {
    this.#listeners.push(listener);
  }

  /** As `query-jobs` tells of them. Nobody knows how far one is. */
  get all(): readonly JsonObject[] {
    return [...this.#jobs].map(([id, { type, status, error }]) => ({
      ...{ id, type, status, 'current-progress': Number(status === 'concluded'), 'total-progress': 1 },
      ...(error !== undefined && { error }),
    }));
  }

  /**
   * Begins one. What it throws `query-jobs` tells.
   * @throws QmpError if there is one of that id, or it is none
   */
  start(id: string, type: string, act: () => Promise<void>): void {
    if (!WELL_FORMED.test(id)) throw new QmpError(`Invalid job ID '${id}'`);
    if (this.#jobs.has(id)) throw new QmpError(`Job ID '${id}' already in use`);
    const job: Job = { type, status: 'created' };
    this.#jobs.set(id, job);
    void this.#run(id, job, act);
  }

  async #run(id: string, job: Job, act: () => Promise<void>): Promise<void> {
    this.#enter(id, job, 'created');
    this.#enter(id, job, 'running');
    try {
      await act().finally(answered);
      this.#enter(id, job, 'waiting');
      this.#enter(id, job, 'pending');
    } catch (error) {
      job.error = messageOf(error);
      this.#enter(id, job, 'aborting');
    }
    this.#enter(id, job, 'concluded');
  }

  #enter(id: string, job: Job, status: JobStatus): void {
    job.status = status;
    for (const listener of this.#listeners) listener('JOB_STATUS_CHANGE', { status, id });
  }

  /** @throws QmpError if there is none of that id, or it has not ended */
  dismiss(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new QmpError('Job not found');
    if (job.status !== 'concluded')
      throw new QmpError(`Job '${id}' in state '${job.status}' cannot accept command verb 'dismiss'`);
    this.#jobs.delete(id);
    this.#enter(id, job, 'null');
  }
}

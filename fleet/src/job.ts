import type { Machine, MachineLimits } from 'rawiron';
import { FleetError, PermanentError } from './error.ts';
import { checkedFileName, type KeepFile, SCREEN, SERIAL } from './job-files.ts';

/** A job's circumstances, for its function. */
export interface JobContext {
  /** Its number, from 0 on. */
  readonly number: number;
  /** How many jobs its run has. */
  readonly count: number;
  readonly run: string;
  /** Aborts when its time is over. */
  readonly signal: AbortSignal;
  /**
   * Leaves a file with the job's result, in the place of one of the same name. A job that leaves too many, or too large ones, fails.
   * @param name letters, digits and . _ - + @, 100 at most
   * @returns a promise that resolves when the worker has it: whoever leaves much waits for that
   */
  artefact(name: string, content: string | Uint8Array): Promise<void>;
}

/**
 * A job: something that is done with a machine of its own, which goes on from the run's image. It may be done several times, as when a host dies.
 * @returns what JSON can say; `undefined`: nothing
 */
export type JobFunction = (machine: Machine, context: JobContext) => unknown;

/** The value, or error, of a job that has ended. */
export interface JobOutcome {
  readonly value?: unknown;
  readonly error?: string;
  /** The error would come again each time. */
  readonly isPermanent?: boolean;
}

/** Bytes of the serial line that are kept, the last ones. */
const MOST_SERIAL = 1 << 20;
/** Characters of a job's value as JSON, and of its error, at most. */
const [MOST_VALUE, MOST_ERROR] = [1 << 20, 10_000];
/** Milliseconds that a function may take to notice that its time is over. */
const GRACE = 1000;

/** The limits of one job. */
export interface JobBounds {
  readonly run: string;
  readonly count: number;
  /** Seconds. */
  readonly timeout: number;
  readonly limits: MachineLimits;
}

/**
 * Does a job in a fork of a machine, which ends with it.
 * @param keep takes its files, and those that the worker leaves
 */
export async function doJob(
  base: Machine,
  work: JobFunction,
  number: number,
  { run, count, timeout, limits }: JobBounds,
  keep: KeepFile,
): Promise<JobOutcome> {
  const machine = await base.fork({ limits: { ...limits, time: timeout } });
  const serial = new SerialLog(machine);
  const time = new AbortController();
  const end = () => time.abort(new Error(`it took longer than ${timeout} s`));
  const timer = setTimeout(end, timeout * 1000);
  // The machine's own limit may be the first: what its function waits for fails then, in other words.
  machine.on('limit', (limit) => {
    if (limit === 'time') end();
  });
  const artefacts = new Artefacts(keep);
  try {
    await machine.start();
    const artefact: JobContext['artefact'] = (name, content) => artefacts.leave(name, content);
    const context = { number, count, run, signal: time.signal, artefact };
    const value = await Promise.race([workDone(work, machine, context, artefacts), late(time.signal)]);
    // What JSON cannot say is told here, and not when it is too late.
    return checkedOutcome({ value: JSON.parse(JSON.stringify(value ?? null)) as unknown });
  } catch (error) {
    await artefacts.end();
    await keep(SCREEN, new TextEncoder().encode(await screenText(machine)));
    if (time.signal.aborted) return checkedOutcome({ error: messageOf(time.signal.reason) });
    return checkedOutcome({ error: messageOf(error), isPermanent: error instanceof PermanentError });
  } finally {
    clearTimeout(timer);
    await artefacts.end();
    await keep(SERIAL, serial.bytes);
    await machine.stop();
  }
}

/** The value of a job whose files have been taken. */
async function workDone(
  work: JobFunction,
  machine: Machine,
  context: JobContext,
  artefacts: Artefacts,
): Promise<unknown> {
  const value = await work(machine, context);
  await artefacts.kept;
  return value;
}

/** The files of a job, which are taken one after the other. */
class Artefacts {
  readonly #keep: KeepFile;
  /** Resolves when all are taken; rejects if one was not. */
  kept: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(keep: KeepFile) {
    this.#keep = keep;
  }

  leave(name: string, content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    this.kept = this.kept.then(async () => {
      if (this.#isOver) throw new FleetError('the job has ended');
      await this.#keep(checkedFileName(name), bytes);
    });
    // The job need not wait for it, and fails with it at its end.
    this.kept.catch(() => {});
    return this.kept;
  }

  /** No more is taken. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.kept.catch(() => {});
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Rejects some time after a signal. */
function late(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), GRACE).unref()),
  );
}

async function screenText(machine: Machine): Promise<string> {
  return machine.screen.isThere ? await machine.screen.text().catch(() => '') : '';
}

/** An outcome that may be kept: what comes from a process of others may be anything, and is in the memory of Redis then. */
export function checkedOutcome({ value, error, isPermanent = false }: JobOutcome): JobOutcome {
  if (error !== undefined) return { error: error.slice(0, MOST_ERROR), isPermanent };
  const characters = lengthOf(value);
  if (characters <= MOST_VALUE) return { value };
  return {
    error: `its value has ${characters} characters as JSON, ${MOST_VALUE} at most; leave it as an artefact`,
    isPermanent,
  };
}

/** Characters of a value as JSON; infinite: it cannot be said so. */
function lengthOf(value: unknown): number {
  try {
    return JSON.stringify(value ?? null).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** The last bytes that a guest has sent on COM1. */
class SerialLog {
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(machine: Machine) {
    machine.serial.on('data', (bytes) => {
      this.#parts.push(bytes.slice());
      this.#length += bytes.length;
      while (this.#length - this.#parts[0]!.length >= MOST_SERIAL) this.#length -= this.#parts.shift()!.length;
    });
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts)).slice(-MOST_SERIAL);
  }
}

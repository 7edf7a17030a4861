import type { Machine, MachineLimits } from 'rawiron';
import { FleetError } from './error.ts';
import { isKey } from './store.ts';

/** A job's circumstances, for its function. */
export interface JobContext {
  /** Its number, from 0 on. */
  readonly number: number;
  /** How many jobs its run has. */
  readonly count: number;
  readonly run: string;
  /** Aborts when its time is over. */
  readonly signal: AbortSignal;
  /** Leaves a file with the job's result. */
  artefact(name: string, content: string | Uint8Array): void;
}

/**
 * A job: something that is done with a machine of its own, which goes on from the run's image. It may be done several times, as when a host dies.
 * @returns what JSON can say; `undefined`: nothing
 */
export type JobFunction = (machine: Machine, context: JobContext) => unknown;

/** The value, or error, and the files of a job that has ended. */
export interface JobOutcome {
  readonly value?: unknown;
  readonly error?: string;
  /** The error would come again each time. */
  readonly isPermanent?: boolean;
  /** By their names. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Bytes of the serial line that are kept, the last ones. */
const MOST_SERIAL = 1 << 20;
/** Characters of a job's value as JSON, and of its error, and how many files it leaves, at most. */
const [MOST_VALUE, MOST_ERROR, MOST_FILES] = [1 << 20, 10_000, 1000];
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

/** Does a job in a fork of a machine, which ends with it. */
export async function doJob(
  base: Machine,
  work: JobFunction,
  number: number,
  { run, count, timeout, limits }: JobBounds,
): Promise<JobOutcome> {
  const files = new Map<string, Uint8Array>();
  const machine = await base.fork({ limits: { ...limits, time: timeout } });
  const serial = new SerialLog(machine);
  const time = new AbortController();
  const end = () => time.abort(new Error(`it took longer than ${timeout} s`));
  const timer = setTimeout(end, timeout * 1000);
  // The machine's own limit may be the first: what its function waits for fails then, in other words.
  machine.on('limit', (limit) => {
    if (limit === 'time') end();
  });
  const artefact = (name: string, content: string | Uint8Array) => {
    files.set(checkedName(name), typeof content === 'string' ? new TextEncoder().encode(content) : content);
  };
  try {
    await machine.start();
    const context = { number, count, run, signal: time.signal, artefact };
    const value = await Promise.race([work(machine, context), late(time.signal)]);
    // What JSON cannot say is told here, and not when it is too late.
    return { value: JSON.parse(JSON.stringify(value ?? null)), files };
  } catch (error) {
    files.set('screen.txt', new TextEncoder().encode(await screenText(machine)));
    return { error: time.signal.aborted ? messageOf(time.signal.reason) : messageOf(error), files };
  } finally {
    clearTimeout(timer);
    files.set('serial.log', serial.bytes);
    await machine.stop();
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
export function checkedOutcome({ value, error, files }: JobOutcome): JobOutcome {
  const fail = (error: string): JobOutcome => ({ error, files: new Map() });
  if (!(files instanceof Map)) return fail('it has left no files, but something else');
  if (files.size > MOST_FILES) return fail(`it has left ${files.size} files; ${MOST_FILES} are kept at most`);
  for (const [name, bytes] of files as ReadonlyMap<unknown, unknown>)
    if (!isName(name) || !(bytes instanceof Uint8Array)) return fail('it has left no files, but something else');
  if (error !== undefined) return { error: String(error).slice(0, MOST_ERROR), files };
  const characters = lengthOf(value);
  if (characters <= MOST_VALUE) return { value, files };
  return fail(`its value has ${characters} characters as JSON, ${MOST_VALUE} at most; leave it as an artefact`);
}

/** Characters of a value as JSON; infinite: it cannot be said so. */
function lengthOf(value: unknown): number {
  try {
    return JSON.stringify(value ?? null).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

const isName = (name: unknown): name is string =>
  typeof name === 'string' && name.length <= 100 && !name.includes('/') && isKey(name);

/** @throws FleetError for what is no name of a file */
function checkedName(name: string): string {
  if (isName(name)) return name;
  throw new FleetError(`'${name}' is no name of an artefact; give letters, digits, . _ - + @`);
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

import { foreignFunctions } from './foreign-functions.ts';

/** How often what was freed goes back to the system, in milliseconds. */
const INTERVAL = 2000;
/** Microseconds of processor time since the last time: a process that has done less has freed little. */
const LEAST_TIME = 250_000;

/** malloc_trim(3) of the GNU C library. */
type Trim = (pad: bigint) => number;

let trim: Trim | undefined;

/** Gives the system back what the C library keeps of memory that was freed; nothing where it can't be told to. */
export function releaseFreed(): void {
  trim ??= openTrim();
  trim(0n);
}

function openTrim(): Trim {
  const signature = { arguments: ['u64'], return: 'i32' } as const;
  return foreignFunctions<{ malloc_trim: Trim }>({ malloc_trim: signature })?.functions.malloc_trim ?? (() => 0);
}

/**
 * V8's compilers take some tens of megabytes for a function and free them again. They run in several threads, and the GNU C library
 * keeps for each what was freed, so that a process with a machine would grow by 50 MB that nobody uses. While there are
 * machines it is given back now and then.
 */
export class FreedMemory {
  readonly #release: () => void;
  #machines = 0;
  #timer: NodeJS.Timeout | undefined;
  #before = 0;

  constructor(release: () => void = releaseFreed) {
    this.#release = release;
  }

  machineStarted(): void {
    if (++this.#machines === 1) this.#timer = setInterval(() => this.#look(), INTERVAL).unref();
  }

  machineEnded(): void {
    if (--this.#machines === 0) clearInterval(this.#timer);
  }

  #look(): void {
    const { user, system } = process.cpuUsage();
    if (user + system - this.#before < LEAST_TIME) return;
    this.#before = user + system;
    this.#release();
  }
}

/** The freed memory of this process. */
export const freedMemory = new FreedMemory();

/** The owner of a deadline: the core (a timer of the guest is due), or the loop around it (it wants to get out). */
export const Deadline = { core: 0, loop: 1 } as const;
export type Deadline = (typeof Deadline)[keyof typeof Deadline];

const COUNT = 2;
/** Index in `times`: when the ticker next wakes by itself. */
const SLEEPING_UNTIL = COUNT;
/** Indices in `words`. `version` is odd while a time is being written. */
const VERSION = 0;
const SLEEPS = 1;
const MACHINE_SLEEPS = 2;
const WORDS = 4;
const BLOCK_BYTES = (COUNT + 1) * 8 + WORDS * 4;

/** The ticker calls so long after a deadline: who is called finds that it has come, though two threads' clocks differ. */
const LATE = 100e3;
/**
 * The delay after a deadline while the machine sleeps. It wakes by itself when a deadline comes, and has mostly set its next one
 * after this time: then the ticker wakes once for each, and need not be notified.
 */
const LATE_ASLEEP = 1e6;

/**
 * Deadlines in shared memory, written by the machine's thread and watched by the ticker's.
 * Times are nanoseconds of the host's clock; Infinity: never.
 */
export class SharedDeadlines {
  readonly buffer: SharedArrayBuffer;
  readonly #times: Float64Array;
  readonly #words: Int32Array;

  constructor(buffer = emptyBlock()) {
    this.buffer = buffer;
    this.#times = new Float64Array(buffer, 0, COUNT + 1);
    this.#words = new Int32Array(buffer, (COUNT + 1) * 8, WORDS);
  }

  /** Sets one. The ticker is disturbed only if it would wake too late for it: waking early costs less than a call. */
  set(which: Deadline, time: number): void {
    Atomics.add(this.#words, VERSION, 1);
    this.#times[which] = time;
    Atomics.add(this.#words, VERSION, 1);
    Atomics.load(this.#words, SLEEPS);
    if (time + LATE < this.#times[SLEEPING_UNTIL]) Atomics.notify(this.#words, VERSION);
  }

  /** The machine's thread goes to sleep until its next deadline. If it wakes before, it sets its deadlines again. */
  set isMachineAsleep(value: boolean) {
    Atomics.store(this.#words, MACHINE_SLEEPS, value ? 1 : 0);
  }

  /** Nanoseconds after a deadline at which the ticker calls. */
  get late(): number {
    return Atomics.load(this.#words, MACHINE_SLEEPS) === 0 ? LATE : LATE_ASLEEP;
  }

  /** The times, and the version they have; undefined while they are being written. */
  read(): { readonly version: number; readonly times: readonly number[] } | undefined {
    const version = Atomics.load(this.#words, VERSION);
    const times = [...this.#times.subarray(0, COUNT)];
    return version % 2 === 0 && Atomics.load(this.#words, VERSION) === version ? { version, times } : undefined;
  }

  /** Sleeps until this time, or until an earlier deadline is set, or at once if the version is not this any more. */
  sleep(version: number, now: number, until: number): void {
    this.#times[SLEEPING_UNTIL] = until;
    Atomics.add(this.#words, SLEEPS, 1);
    Atomics.wait(this.#words, VERSION, version, (until - now) / 1e6);
  }
}

function emptyBlock(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(BLOCK_BYTES);
  new Float64Array(buffer, 0, COUNT + 1).fill(Infinity);
  return buffer;
}

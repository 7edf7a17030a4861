import { MachineClock } from './clock.ts';
import { Deadline, SharedDeadlines } from './deadlines.ts';

/** Deadlines that differ by less are one, computed at two times; in nanoseconds. */
const SAME = 1e3;
/** Output is sent this long after the first byte of a batch at the latest, in nanoseconds. */
const OUTPUT_DELAY = 2e6;

/** A machine's clock, and when the ticker is to call it out of guest code: where there is one. Times are nanoseconds. */
export class MachineTime {
  readonly #clock: MachineClock;
  readonly #deadlines: SharedDeadlines | undefined;
  /** By the machine's clock. */
  #coreDeadline = Infinity;
  #sliceEnd = Infinity;

  /** `host`: nanoseconds of a clock that never goes backwards; `shared`: what the ticker watches. */
  constructor(host: () => number, shared: SharedArrayBuffer | undefined) {
    this.#clock = new MachineClock(host);
    this.#deadlines = shared && new SharedDeadlines(shared);
  }

  get hasTicker(): boolean {
    return this.#deadlines !== undefined;
  }

  now(): number {
    return this.#clock.nanoseconds();
  }

  resume(): void {
    this.#clock.resume();
    this.shareDeadline();
  }

  pause(): void {
    this.#clock.pause();
    this.shareDeadline();
  }

  /** By when the core is to come back. */
  get sliceEnd(): number {
    return this.#sliceEnd;
  }

  /** The ticker calls at its end. */
  startSlice(length: number): void {
    this.#sliceEnd = this.now() + length;
    if (length < Infinity) this.#setLoopDeadline(this.#sliceEnd);
  }

  endSlice(): void {
    this.#deadlines?.set(Deadline.loop, Infinity);
  }

  /** A batch of output has begun in this slice: the ticker calls when it is to be sent. */
  awaitOutput(): void {
    this.#setLoopDeadline(Math.min(this.now() + OUTPUT_DELAY, this.#sliceEnd));
  }

  #setLoopDeadline(time: number): void {
    this.#deadlines?.set(Deadline.loop, this.#clock.toHost(time));
  }

  /** When the core wants to be called. */
  setCoreDeadline(time: number): void {
    if (Math.abs(time - this.#coreDeadline) < SAME) return;
    this.#coreDeadline = time;
    this.shareDeadline();
  }

  /** Tells the ticker when the core wants to be called, by the host's clock. */
  shareDeadline(): void {
    this.#deadlines?.set(Deadline.core, this.#clock.toHost(this.#coreDeadline));
  }

  /** The machine's thread goes to sleep, or has woken. */
  set isAsleep(value: boolean) {
    if (this.#deadlines) this.#deadlines.isMachineAsleep = value;
  }
}

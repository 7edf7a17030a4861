import { type Component, describe, real } from '../snapshot/describe.ts';

/** Where time comes from: host time or executed instructions. Never goes backwards. */
export interface TimeSource {
  nanoseconds(): number;
}

/** The time as a device sees it: nanoseconds since the machine was first powered on. */
export interface Clock {
  now(): number;
}

/** The latest time that a machine goes on at from a state: it then has a day before its times can no longer be counted. */
const LATEST = Number.MAX_SAFE_INTEGER - 86_400e9;

const clockState = describe({ time: real(0, LATEST) });

/** Virtual time. It follows its source while it runs, and stands still while it is paused. Made paused, at 0. */
export class VirtualClock implements Clock {
  readonly component: Component;
  readonly #source: TimeSource;
  readonly #state = clockState.create();
  #running = false;
  /** The source's time at which `#state.time` was right. */
  #since = 0;

  constructor(source: TimeSource) {
    this.#source = source;
    this.component = clockState.bind('clock', this.#state, {
      settle: () => this.set(this.now()),
      restored: () => this.set(this.#state.time),
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** Virtual nanoseconds. */
  now(): number {
    return this.#running ? this.#state.time + (this.#source.nanoseconds() - this.#since) : this.#state.time;
  }

  pause(): void {
    this.#state.time = this.now();
    this.#running = false;
  }

  resume(): void {
    this.set(this.now());
    this.#running = true;
  }

  /** Makes it `nanoseconds` now, running or not. */
  set(nanoseconds: number): void {
    this.#state.time = nanoseconds;
    this.#since = this.#source.nanoseconds();
  }
}

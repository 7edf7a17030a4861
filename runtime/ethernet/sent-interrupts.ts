import { describe, real, type StateOf, starting, u32 } from '../snapshot/describe.ts';
import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';

/**
 * Virtual nanoseconds from a frame that is sent to its interrupt. A frame is sent at once here, where a wire takes a tenth of a millisecond for one; so each would have an interrupt of its own, and a system would
 * never find time to put small pieces of data together while others are on their way. What comes as an answer, such as an
 * acknowledgment, comes in this time: then both are one interrupt.
 */
const DELAY = 500_000;
/** Virtual nanoseconds from one interrupt for sent frames to the next. */
const INTERVAL = 1_000_000;

export const sentInterruptsState = describe({
  /** When the last one was raised. */
  raisedAt: starting(real(-INTERVAL, Number.MAX_SAFE_INTEGER), -INTERVAL),
  /** Causes of the next interrupt. */
  causes: u32,
});

/** Options of {@link SentInterrupts}. */
export interface SentInterruptsOptions {
  /** Names its timer. */
  readonly name: string;
  readonly state: StateOf<typeof sentInterruptsState>;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** Tells the guest of causes. */
  readonly raise: (causes: number) => void;
}

/** Interrupts for frames that a card has sent: all those of a while together, after it or with another interrupt. */
export class SentInterrupts {
  readonly #options: SentInterruptsOptions;
  readonly #timer: Timer;

  constructor(options: SentInterruptsOptions) {
    this.#options = options;
    this.#timer = options.events.timer(`${options.name} sent`, () => this.#raise());
  }

  /** Frames were sent. */
  sent(causes: number): void {
    const { state, clock } = this.#options;
    state.causes = (state.causes | causes) >>> 0;
    if (this.#timer.deadline < Infinity) return;
    this.#timer.arm(Math.max(clock.now() + DELAY, state.raisedAt + INTERVAL));
  }

  /** The card interrupts for something else: what waits goes with it. */
  join(): void {
    if (this.#timer.deadline === Infinity) return;
    this.#timer.disarm();
    this.#raise();
  }

  /** Drops causes that were not reported yet. */
  reset(): void {
    this.#options.state.causes = 0;
    this.#timer.disarm();
  }

  #raise(): void {
    const { state, clock, raise } = this.#options;
    const { causes } = state;
    state.raisedAt = clock.now();
    state.causes = 0;
    raise(causes);
  }
}

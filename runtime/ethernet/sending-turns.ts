import { type Component, describe, time } from '../snapshot/describe.ts';
import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';

/**
 * Virtual nanoseconds from one turn to the next. A wire takes a tenth of a millisecond for a frame, and a system puts small pieces of
 * data together while others are on their way: sent at once they would each be a packet of its own, which costs the guest as
 * much as a large one.
 */
const INTERVAL = 2_000_000;
/**
 * A turn with so many bytes is no question or answer that somebody waits for: the pause after it is longer. Each turn costs the
 * guest two interrupts, that of the card and that of the acknowledgment.
 */
const BULK_BYTES = 8 << 10;
const BULK_INTERVAL = 4 * INTERVAL;

const sendingTurnsState = describe({
  /** When the next turn may come. */
  next: time,
});

/** Options of {@link SendingTurns}. */
export interface SendingTurnsOptions {
  /** Name of its timer and its component. */
  readonly name: string;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** Sends what the guest has given to the card. @returns how many bytes that was */
  readonly send: () => number;
}

/**
 * When a card sends what the guest gives to it: at once after a while without, then no more often than once in an interval, which
 * is longer where there is much to send, and at once when the guest has nothing else to do.
 */
export class SendingTurns {
  readonly component: Component;
  readonly #options: SendingTurnsOptions;
  readonly #timer: Timer;
  readonly #state = sendingTurnsState.create();

  constructor(options: SendingTurnsOptions) {
    this.#options = options;
    this.component = sendingTurnsState.bind(options.name, this.#state);
    this.#timer = options.events.timer(options.name, () => this.#take(), { whenIdle: true });
  }

  /** The guest has given something. */
  request(): void {
    if (this.#timer.deadline < Infinity) return;
    const { next } = this.#state;
    const wait = next - this.#options.clock.now();
    // Only a file that was made by hand says that it is longer.
    if (wait <= 0 || wait > BULK_INTERVAL) this.#take();
    else this.#timer.arm(next);
  }

  /** The next turn comes this soon, as there is more to send; nanoseconds. */
  resume(pause: number): void {
    this.#timer.arm(this.#options.clock.now() + pause);
  }

  /** Drops the frames that are waiting. */
  reset(): void {
    this.#timer.disarm();
  }

  #take(): void {
    const { clock, send } = this.#options;
    const isBulk = send() >= BULK_BYTES;
    this.#state.next = clock.now() + (isBulk ? BULK_INTERVAL : INTERVAL);
  }
}

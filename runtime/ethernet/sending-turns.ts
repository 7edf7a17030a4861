import type { Clock } from '../time/clock.ts';
import type { EventQueue, Timer } from '../time/events.ts';

/**
 * Virtual nanoseconds from one turn to the next. A wire takes a tenth of a millisecond for a frame, and a system puts small pieces of
 * data together while others are on their way: sent at once they would each be a packet of its own, which costs the guest as
 * much as a large one.
 */
const INTERVAL = 2_000_000;

/** What {@link SendingTurns} is made with. */
export interface SendingTurnsOptions {
  /** Of its timer. */
  readonly name: string;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** Sends what the guest has given to the card. */
  readonly send: () => void;
}

/**
 * When a card sends what the guest gives to it: at once after a while without, then no more often than once in an interval, and
 * at once when the guest has nothing else to do.
 */
export class SendingTurns {
  readonly #options: SendingTurnsOptions;
  readonly #timer: Timer;
  /** Derived. After a load it is that of another time, if that was later: then the next turn comes at once. */
  #next = 0;

  constructor(options: SendingTurnsOptions) {
    this.#options = options;
    this.#timer = options.events.timer(options.name, () => this.#take(), { whenIdle: true });
  }

  /** The guest has given something. */
  request(): void {
    if (this.#timer.deadline < Infinity) return;
    const wait = this.#next - this.#options.clock.now();
    if (wait <= 0 || wait > INTERVAL) this.#take();
    else this.#timer.arm(this.#next);
  }

  /** The next turn comes this soon, as there is more to send; nanoseconds. */
  resume(pause: number): void {
    this.#timer.arm(this.#options.clock.now() + pause);
  }

  /** What was given is not sent any more. */
  reset(): void {
    this.#timer.disarm();
  }

  #take(): void {
    const { clock, send } = this.#options;
    this.#next = clock.now() + INTERVAL;
    send();
  }
}

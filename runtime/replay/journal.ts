import type { Delivery } from '../host/messages.ts';
import type { Moment } from './entries.ts';

/** A listener for all that enters a machine, which records it, or compares it with a recording. */
export interface Journal {
  /** When so many instructions have run, `left` is to be called at once. */
  readonly nextStop: number;
  /** Guest code was left, and nothing was done yet of what is due. */
  left(moment: Moment): void;
  /** Something takes effect. */
  delivered(delivery: Delivery, moment: Moment): void;
}

/** Where marks are: instructions between two, and the next one. */
export class MarkPace {
  readonly #interval: number;

  constructor(interval: number) {
    this.#interval = interval;
  }

  /** The first one after so many instructions. */
  after(instructions: number): number {
    return (Math.floor(instructions / this.#interval) + 1) * this.#interval;
  }
}

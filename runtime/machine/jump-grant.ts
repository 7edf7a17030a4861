import { Word } from '../../translator/abi/state.ts';

/** Nanoseconds that running code should take between two looks at the clock. */
const INTERVAL = 250_000;
/** A jump takes from about a nanosecond, in translated loops, to about a microsecond. */
const LEAST = 256;
const MOST = 1 << 16;

/**
 * How many jumps running code may take until it looks at the clock: as many as lasted about INTERVAL before. It doubles or halves
 * at a time, so that one slow stretch says little.
 */
export class JumpGrant {
  readonly #state: Int32Array;
  #granted = LEAST;
  #start = 0;

  constructor(state: Int32Array) {
    this.#state = state;
  }

  /** `now`: the host's time in nanoseconds. */
  grant(now: number): void {
    if (this.#state[Word.budget] <= 0) {
      const isShort = now - this.#start < INTERVAL;
      this.#granted = isShort ? Math.min(this.#granted * 2, MOST) : Math.max(this.#granted / 2, LEAST);
    }
    this.#start = now;
    this.#state[Word.budget] = this.#granted;
  }
}

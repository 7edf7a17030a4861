import { TokenBucket } from '../util/token-bucket.ts';

/** Milliseconds of a period: a machine that may have half of the processor runs for half of it at a time. */
const PERIOD = 20;
/** It doesn't begin to run for less, in milliseconds. */
const SHORTEST = 0.1;

/** Holds a machine to a share of a processor: how long it may run, and rests then. */
export class ProcessorShare {
  readonly #bucket: TokenBucket;
  #burst = Number.POSITIVE_INFINITY;

  /** `now`: milliseconds of a clock that never goes backwards. */
  constructor(now: () => number) {
    this.#bucket = new TokenBucket(now);
  }

  /** @param percent of one processor; 100: all of it, so that there is no rest */
  set(percent: number): void {
    const isLimited = percent < 100;
    this.#burst = (PERIOD * percent) / 100;
    this.#bucket.setRate(isLimited ? percent / 100 : Number.POSITIVE_INFINITY, this.#burst);
  }

  /** Milliseconds that it is to rest now. */
  get rest(): number {
    return this.#bucket.available > SHORTEST ? 0 : this.#bucket.wait(this.#burst);
  }

  /** Milliseconds that it may run now; Infinity: there is no limit. */
  get slice(): number {
    return Math.max(this.#bucket.available, SHORTEST);
  }

  /** It has run for so many milliseconds. */
  ran(milliseconds: number): void {
    this.#bucket.spend(milliseconds);
  }
}

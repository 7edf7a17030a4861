/**
 * Holds something to a rate: an amount may go when there are as many tokens, which come as time goes by, up to a burst. One that is
 * larger than the burst goes when the bucket is full, and leaves a debt.
 */
export class TokenBucket {
  readonly #now: () => number;
  #rate = Number.POSITIVE_INFINITY;
  #burst = Number.POSITIVE_INFINITY;
  #tokens = 0;
  #since: number;

  /** Without a limit. `now`: milliseconds of a clock that never goes backwards. */
  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /**
   * @param rate tokens a millisecond; Infinity: there is no limit
   * @param burst how many there are at most
   */
  setRate(rate: number, burst: number): void {
    this.#refill();
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = Math.min(this.#tokens, burst);
  }

  /** Milliseconds until an amount may go; 0: it may go now. */
  wait(amount: number): number {
    if (this.#rate === Number.POSITIVE_INFINITY || amount === 0) return 0;
    this.#refill();
    return Math.max(Math.min(amount, this.#burst) - this.#tokens, 0) / this.#rate;
  }

  /** The amount that may be taken at once; it is below 0 where there is a debt. */
  get available(): number {
    if (this.#rate === Number.POSITIVE_INFINITY) return this.#rate;
    this.#refill();
    return this.#tokens;
  }

  /** Counts an amount that goes, or, if it is negative, that didn't go after all. */
  spend(amount: number): void {
    if (this.#rate !== Number.POSITIVE_INFINITY) this.#tokens -= amount;
  }

  #refill(): void {
    const now = this.#now();
    if (this.#rate !== Number.POSITIVE_INFINITY)
      this.#tokens = Math.min(this.#tokens + (now - this.#since) * this.#rate, this.#burst);
    this.#since = now;
  }
}

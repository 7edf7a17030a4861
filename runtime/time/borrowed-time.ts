import type { TimeSource } from './clock.ts';

/** Nanoseconds that the guest's time is ahead of the host's at most. */
export const MOST_BORROWED = 50_000;
/** The part of each nanosecond of the host's that pays back, while the guest's time is ahead. */
const RATE = 1 / 4;

/**
 * The host's time, of which a guest that does nothing but wait for time gets some before it has passed. It pays that back: while its time is
 * ahead it passes slower than the host's, by a quarter. So what a driver's delay loop would have waited for goes to what comes after it, and
 * in the long run both times are the same.
 */
export class BorrowedTime implements TimeSource {
  readonly #host: TimeSource;
  /** Nanoseconds that were borrowed at the host's time `#since`. */
  #borrowed = 0;
  #since = 0;

  constructor(host: TimeSource) {
    this.#host = host;
  }

  nanoseconds(): number {
    const now = this.#host.nanoseconds();
    return this.#borrowed === 0 ? now : now + this.#aheadAt(now);
  }

  /** It is so much later at once, as far as may be borrowed. */
  borrow(nanoseconds: number): void {
    const now = this.#host.nanoseconds();
    this.#borrowed = Math.min(MOST_BORROWED, this.#aheadAt(now) + nanoseconds);
    this.#since = now;
  }

  /** The host's time starts over, earlier than it was: nothing is owed to it. */
  restart(): void {
    this.#borrowed = 0;
  }

  /** The host's time when so much of this time will have passed. */
  hostTimeAfter(nanoseconds: number): number {
    const now = this.#host.nanoseconds();
    return now + Math.min(nanoseconds + this.#aheadAt(now), nanoseconds / (1 - RATE));
  }

  #aheadAt(now: number): number {
    const ahead = this.#borrowed - (now - this.#since) * RATE;
    if (ahead > 0) return ahead;
    this.#borrowed = 0;
    return 0;
  }
}

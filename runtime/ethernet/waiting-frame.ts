import type { Timer } from '../time/events.ts';

/**
 * Virtual nanoseconds after which a frame that found no descriptor is offered again, and after which it is lost: a busy host may
 * keep the guest from running for a while.
 */
const RETRY = 200_000;
const PATIENCE = 500_000_000;

/** A frame that found no descriptor. A guest says nothing when it fills a ring: the card has to look again. */
export class WaitingFrame {
  readonly #retry: Timer;
  readonly #now: () => number;
  /** Since when it waits. In no state: after a load the wait starts over. */
  #since = -1;

  /** `retry`: makes the port offer the frame again. */
  constructor(retry: Timer, now: () => number) {
    this.#retry = retry;
    this.#now = now;
  }

  /** Whether it goes on waiting. If not the guest doesn't look at its ring any more, and the frame is lost. */
  mayWait(): boolean {
    const now = this.#now();
    if (this.#since < 0) this.#since = now;
    if (now - this.#since >= PATIENCE) return false;
    this.#retry.arm(now + RETRY);
    return true;
  }

  /** There was a descriptor, or a state was loaded: a frame that waits then starts its wait over. */
  forget(): void {
    this.#since = -1;
  }
}

import type { KeptThread } from './kept-thread.ts';

/** How long a thread waits for a machine, in milliseconds: it holds some 25 MB. */
const PATIENCE = 30_000;

/**
 * A thread that has loaded its modules before there is a machine for it, as that takes longer than all else of a restore. Most
 * programs restore one machine, and get none; from the second one on one is ready for the next, for a while.
 */
export class SpareThread {
  #thread: KeptThread | null = null;
  #machines = 0;
  #timer: NodeJS.Timeout | undefined;

  /** It, if it is there and has not failed. */
  take(): KeptThread | undefined {
    this.#machines++;
    const thread = this.#let();
    if (thread === null || thread.isUsable) return thread ?? undefined;
    void thread.end();
    return undefined;
  }

  /** A machine is there: `start` makes a thread for the next one, if one is likely to come. */
  renew(start: () => KeptThread): void {
    if (this.#machines < 2 || this.#thread !== null) return;
    this.#thread = start();
    this.#timer = setTimeout(() => void this.#let()?.end(), PATIENCE).unref();
  }

  #let(): KeptThread | null {
    clearTimeout(this.#timer);
    const thread = this.#thread;
    this.#thread = null;
    return thread;
  }
}

import type { LoopThread } from './loop-thread.ts';

/** When a machine's loop gives its thread a turn of the event loop, which delivers messages. */
export class Turns {
  readonly #thread: LoopThread;
  #last = 0;
  /** A message that the machine was woken for has not come: nanoseconds until it is looked for again. */
  #retry = Infinity;

  constructor(thread: LoopThread) {
    this.#thread = thread;
  }

  /** Nanoseconds until the next one at the latest: so long the machine may run, or sleep. */
  get within(): number {
    return Math.min(this.#thread.slice, this.#retry);
  }

  /** The machine was woken for a message. */
  called(): void {
    this.#retry = this.#thread.retry ?? Infinity;
  }

  /** One has come. */
  came(): void {
    this.#retry = Infinity;
  }

  /** Takes one if it is due, or it has been long enough. */
  async take(isDue: boolean): Promise<void> {
    const { turnInterval, nanoseconds, turn } = this.#thread;
    const isLooking = this.#retry < Infinity;
    const now = nanoseconds();
    if (!isDue && !isLooking && now < this.#last + turnInterval) return;
    this.#last = now;
    await turn();
    if (this.#retry < Infinity) this.#retry = Math.min(2 * this.#retry, turnInterval);
  }
}

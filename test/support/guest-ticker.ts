import { Worker } from 'node:worker_threads';
import { Deadline, SharedDeadlines } from '../../src/isolate/deadlines.ts';
import { WORD_COUNT } from '../../translator/abi/state.ts';

const free: GuestTicker[] = [];

/** A thread that watches the deadlines of one guest after the other: to start one takes longer than most guests run. */
export class GuestTicker {
  readonly deadlines = new SharedDeadlines();
  readonly #worker: Worker;

  private constructor() {
    const workerData = { deadlines: this.deadlines.buffer, words: WORD_COUNT };
    this.#worker = new Worker(new URL('./guest-ticker-thread.ts', import.meta.url), { workerData });
    this.#worker.unref();
  }

  /** One that no guest has. */
  static take(): GuestTicker {
    return free.pop() ?? new GuestTicker();
  }

  watch(state: Int32Array): void {
    this.#worker.postMessage(state);
  }

  /** It is for the next guest. */
  release(): void {
    for (const which of Object.values(Deadline)) this.deadlines.set(which, Infinity);
    free.push(this);
  }
}

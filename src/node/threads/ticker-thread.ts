import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { IsolateEvents } from '../../host.ts';
import { startThread } from './thread.ts';

/** The thread beside a machine's that watches its deadlines. It starts while the machine is made. */
export class Ticker {
  readonly #worker: Worker;
  #isWatching = false;

  /** @param module URL of the thread's module */
  constructor(module: string, deadlines: SharedArrayBuffer, events: IsolateEvents) {
    this.#worker = startThread(module, { deadlines }, events, { name: 'ticker', ports: [] }).worker;
    this.#worker.unref();
  }

  /** Resolves when it watches. Words that it watches already are those of the machine's core, which was kept. */
  async watch(state: Int32Array): Promise<void> {
    if (this.#isWatching || !(state.buffer instanceof SharedArrayBuffer)) return;
    this.#isWatching = true;
    const ticking = once(this.#worker, 'message');
    this.#worker.postMessage(state);
    await ticking;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

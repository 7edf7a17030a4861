import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { IsolateEvents } from '../host.ts';
import type { TickerOptions } from '../isolate/ticker.ts';
import { startThread } from './thread.ts';

/** The thread beside a machine's that watches its deadlines. It starts when there is something to watch. */
export class Ticker {
  readonly #module: string;
  readonly #deadlines: SharedArrayBuffer;
  readonly #events: IsolateEvents;
  #worker: Worker | undefined;

  /** @param module URL of the thread's module */
  constructor(module: string, deadlines: SharedArrayBuffer, events: IsolateEvents) {
    this.#module = module;
    this.#deadlines = deadlines;
    this.#events = events;
  }

  /** Resolves when it watches. Words that it watches already are those of the machine's core, which was kept. */
  async watch(state: Int32Array): Promise<void> {
    if (this.#worker || !(state.buffer instanceof SharedArrayBuffer)) return;
    const options: Omit<TickerOptions, 'nanoseconds'> = { state, deadlines: this.#deadlines };
    this.#worker = startThread(this.#module, options, this.#events, { name: 'ticker', ports: [] }).worker;
    await once(this.#worker, 'message');
    this.#worker.unref();
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }
}

import type { KeptWorker } from './kept-worker.ts';

/** The worker of this process's first machine, started before the process has loaded the library: both take about as long. */
export class EarlyWorker {
  #worker: KeptWorker | undefined;

  start(start: () => KeptWorker): void {
    const worker = start();
    this.#worker = worker;
    worker.thread.worker.unref();
    // It is not for anybody then: a new one tells its user what is wrong.
    worker.events.current = { onCrash: () => this.#forget(worker) };
    worker.thread.worker.once('exit', () => this.#forget(worker));
  }

  /** It, if it was started, nobody has it, and it has neither failed nor ended. */
  take(): KeptWorker | undefined {
    const worker = this.#worker;
    this.#worker = undefined;
    return worker;
  }

  #forget(worker: KeptWorker): void {
    if (this.#worker === worker) this.#worker = undefined;
  }
}

/** The early worker of this process. */
export const earlyWorker = new EarlyWorker();

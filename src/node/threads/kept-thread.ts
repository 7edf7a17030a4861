import type { Worker } from 'node:worker_threads';
import type { IsolateEvents } from '../../host.ts';
import type { IsolatePool, PooledIsolate } from '../../isolate/pool.ts';
import type { Thread } from './thread.ts';
import type { Ticker } from './ticker-thread.ts';
import { type MachineTask, portsOf } from './worker-entry.ts';

/** How long a machine that was told to stop may take for it, in milliseconds. */
const LEAVE = 2000;

const nobody: IsolateEvents = { onCrash: () => {} };

/** A machine's access to the thread that runs it. */
export interface ThreadEnd {
  readonly ticker: Ticker;
  hold(alive: boolean): void;
  /** Ends it and its ticker, or keeps them for another machine. */
  terminate(): Promise<unknown>;
}

/** A thread and its ticker that run one machine after the other. Made without one. */
export class KeptThread implements PooledIsolate {
  readonly #ticker: Ticker;
  readonly #worker: Worker;
  readonly #thread: Thread;
  /** Listener for the end of the machine that is there. */
  readonly #events: { current: IsolateEvents };
  /** A machine has been there, whose core is kept. */
  #hasCore = false;
  #hasEnded = false;
  #hasFailed = false;

  constructor(thread: Thread, ticker: Ticker, events: { current: IsolateEvents }) {
    this.#thread = thread;
    this.#worker = thread.worker;
    this.#ticker = ticker;
    this.#events = events;
    this.#worker.once('exit', () => {
      this.#hasEnded = true;
    });
    this.#hear(nobody);
    this.#hold(false);
  }

  get isUsable(): boolean {
    return !this.#hasEnded && !this.#hasFailed;
  }

  /**
   * Runs the next machine. It must be idle.
   * @param pool that it is kept in when the machine has ended
   */
  assign({ config, ...ports }: Required<MachineTask>, events: IsolateEvents, pool: IsolatePool): ThreadEnd {
    this.#hear(events);
    // The core that is there is of the same configuration.
    const task: MachineTask = this.#hasCore ? ports : { config, ...ports };
    this.#hasCore = true;
    this.#worker.postMessage(task, portsOf(ports));
    return this.#lend(pool);
  }

  /** Lends the thread to a machine, until the machine has left. */
  #lend(pool: IsolatePool): ThreadEnd {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let isOver = false;
    const left = this.#left(promise, resolve).then(async (isFree) => {
      isOver = true;
      this.#hear(nobody);
      this.#hold(false);
      await (isFree && this.isUsable ? pool.put(this) : this.end());
    });
    return {
      ticker: this.#ticker,
      hold: (alive) => {
        if (!isOver) this.#hold(alive);
      },
      terminate: async () => {
        if (!isOver) this.#hear(nobody);
        // It has had its time: nothing is left to wait for.
        const timer = setTimeout(() => void this.#worker.terminate().then(() => resolve(false)), LEAVE);
        await left;
        clearTimeout(timer);
      },
    };
  }

  /** A thread that fails runs no other machine, nor one whose ticker does. */
  #hear({ onCrash }: IsolateEvents): void {
    this.#events.current = {
      onCrash: (error) => {
        this.#hasFailed = true;
        onCrash(error);
      },
    };
  }

  #hold(alive: boolean): void {
    if (alive) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Whether the machine has left the thread free: it may fail, and leave, before anybody ends it. */
  async #left(left: Promise<boolean>, resolve: (isFree: boolean) => void): Promise<boolean> {
    const [free, gone] = [() => resolve(true), () => resolve(false)];
    this.#worker.once('message', free).once('exit', gone);
    if (this.#hasEnded) gone();
    const isFree = await left;
    this.#worker.off('message', free).off('exit', gone);
    return isFree;
  }

  /** Ends the thread; one that waits for another machine learns that none comes. */
  async end(): Promise<void> {
    this.#worker.postMessage(null);
    await Promise.all([this.#thread.end(), this.#ticker.end()]);
  }
}

import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Word } from '../../translator/abi/state.ts';
import type { GuestProgram } from './guest.ts';

/** Data for interrupted-worker.ts. */
export interface EndlessRun {
  readonly program: GuestProgram;
  /** Name of a variant of support/guest.ts. */
  readonly variantName: string;
  /** How often the guest is to be left. */
  readonly times: number;
  /** Nobody asks for attention: the guest is to come back by itself at the end of each slice. */
  readonly alone?: boolean;
}

/** Milliseconds that a guest runs before attention is asked for, and then between two requests: code gets hot. */
const WARM = 50;
const APART = 2;
/** Milliseconds after which a guest is taken to run for ever. */
const FOR_EVER = 20_000;

/** A thread that runs guests which never end. Attention is asked for from outside, as by the ticker and the library. */
export class InterruptedGuests {
  #worker: Worker | undefined;

  /**
   * @returns the EIPs where a guest was left
   * @throws if it is not left; other guests may be run all the same
   */
  async run(endless: EndlessRun): Promise<number[]> {
    this.#worker ??= new Worker(new URL('./interrupted-worker.ts', import.meta.url));
    this.#worker.postMessage(endless);
    const [state] = (await once(this.#worker, 'message')) as [Int32Array];
    await wait(WARM);
    const asking = endless.alone ? undefined : setInterval(() => ask(state), APART);
    const signal = AbortSignal.timeout(FOR_EVER);
    try {
      return (await once(this.#worker, 'message', { signal }))[0];
    } catch (error) {
      await this.close();
      throw signal.aborted ? new Error('the guest runs on, though it is to come back') : error;
    } finally {
      clearInterval(asking);
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}

function ask(state: Int32Array): void {
  Atomics.store(state, Word.wake, 1);
  Atomics.store(state, Word.attention, 1);
}

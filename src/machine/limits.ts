import type { Call } from '../isolate/protocol.ts';
import { checkedLimits, type MachineLimits } from '../options/limits.ts';
import { InOrder } from '../storage/in-order.ts';
import { TimeLimit } from './time-limit.ts';

/** Limits of what a machine may take of its host: the isolate counts all but the host's time, which is counted here. */
export class AppliedLimits {
  readonly #call: Call;
  readonly #time: TimeLimit;
  /** Each change has those that were made before. */
  readonly #changes = new InOrder();
  #limits: MachineLimits = {};

  constructor(call: Call, timeIsUp: () => void) {
    this.#call = call;
    this.#time = new TimeLimit(timeIsUp);
  }

  get all(): MachineLimits {
    return this.#limits;
  }

  /**
   * Changes the limits that are named; undefined takes a limit away.
   * @throws ConfigurationError for limits that cannot be, or that cannot be counted here
   */
  async change(limits: MachineLimits): Promise<void> {
    checkedLimits(limits);
    await this.#changes.run(async () => {
      const all = { ...this.#limits, ...limits };
      await this.#call('limit', checkedLimits(all));
      this.#limits = all;
      this.#time.set(all.time);
    });
  }

  /** The machine has ended: its time counts no more. */
  end(): void {
    this.#time.set(undefined);
  }
}

import { timerDelay } from '../../util/timer-delay.ts';
import { TokenBucket } from '../../util/token-bucket.ts';
import { type DriveLimits, type Quantity, quantities, rateOf } from './limits.ts';

/** Time of the host. */
export interface ThrottleTimers {
  /** Milliseconds of a clock that never goes backwards. */
  now(): number;
  /** Calls after some milliseconds; the function that it returns cancels that. */
  after(milliseconds: number, act: () => void): () => void;
}

/** A request that reads or writes. */
export interface Transfer {
  readonly type: 'read' | 'write';
  readonly bytes: number;
}

interface Waiting {
  readonly transfer: Transfer;
  go(): void;
}

/** Seconds for which a rate without a burst of its own may go at once. */
const USUAL_BURST = 0.1;

/** A rate, and what it counts. */
interface Rate {
  readonly quantity: Quantity;
  readonly bucket: TokenBucket;
}

/** Holds the requests of one drive, or of several together, to limits. They go in the order in which they come. */
export class ThrottleGroup {
  readonly #timers: ThrottleTimers;
  #limits: DriveLimits = {};
  #rates: readonly Rate[] = [];
  readonly #waiting: Waiting[] = [];
  #cancel: (() => void) | undefined;
  #isSuspended = false;

  constructor(timers: ThrottleTimers) {
    this.#timers = timers;
  }

  /** Sets the limits, which also hold for requests that are waiting. */
  setLimits(limits: DriveLimits): void {
    this.#limits = limits;
    this.#rates = quantities.flatMap((quantity) => this.#ratesOf(quantity));
    this.#advance();
  }

  /** While it is set nothing waits, as somebody waits for all requests to be done. */
  set isSuspended(value: boolean) {
    this.#isSuspended = value;
    this.#advance();
  }

  /** Resolves when the request may go; undefined: now. */
  admit(transfer: Transfer): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#take(transfer)) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push({ transfer, go: resolve });
      this.#advance();
    });
  }

  /** As QEMU's: a long burst has a bound of its own (util/throttle.c, throttle_compute_wait). */
  #ratesOf(quantity: Quantity): Rate[] {
    const { rate, max, length } = rateOf(this.#limits, quantity);
    if (rate === 0) return [];
    const burst = max === 0 ? rate * USUAL_BURST : max * length;
    const rates = [this.#rate(quantity, rate, burst)];
    if (length > 1) rates.push(this.#rate(quantity, max, max * USUAL_BURST));
    return rates;
  }

  #rate(quantity: Quantity, perSecond: number, burst: number): Rate {
    const bucket = new TokenBucket(() => this.#timers.now());
    bucket.setRate(perSecond / 1000, burst);
    return { quantity, bucket };
  }

  #advance(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    while (this.#waiting.length > 0 && this.#take(this.#waiting[0]!.transfer)) this.#waiting.shift()!.go();
    const next = this.#waiting[0];
    if (!next) return;
    const wait = timerDelay(Math.ceil(this.#wait(next.transfer)));
    this.#cancel = this.#timers.after(wait, () => this.#advance());
  }

  #take(transfer: Transfer): boolean {
    if (!this.#isSuspended && this.#wait(transfer) > 0) return false;
    for (const { quantity, bucket } of this.#rates) bucket.spend(this.#amount(quantity, transfer));
    return true;
  }

  #wait(transfer: Transfer): number {
    return Math.max(0, ...this.#rates.map(({ quantity, bucket }) => bucket.wait(this.#amount(quantity, transfer))));
  }

  #amount(quantity: Quantity, { type, bytes }: Transfer): number {
    const other = type === 'read' ? 'Write' : 'Read';
    if (quantity.endsWith(other)) return 0;
    if (quantity.startsWith('bps')) return bytes;
    const { iopsSize = 0 } = this.#limits;
    return iopsSize > 0 ? Math.max(bytes / iopsSize, 1) : 1;
  }
}

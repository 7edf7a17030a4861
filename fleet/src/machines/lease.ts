import { uptime } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds by a clock that goes on while the process is stopped, and while its computer sleeps. */
export function leaseClock(): number {
  // The first goes on while a computer sleeps, where Linux tells of it, and is read in steps of ten milliseconds; the second does not.
  return Math.max(uptime() * 1000 - bootOffset, performance.now());
}
const bootOffset = uptime() * 1000 - performance.now();

/** Parts of a lease: until a host that lives tells so again, and that it gives up before others may take what it has. */
const [BEAT, MARGIN] = [1 / 5, 1 / 3];

/** Who hears of a lease. */
export interface LeaseHolder {
  /** Tells others that this host lives. Rejects if nobody has heard it. */
  beat(): Promise<void>;
  /** The lease is over: guests must stand still. It may come back. */
  stale(): void;
  fresh(): void;
}

/**
 * A host's right to run machines: it lasts for a while after the host has told that it lives. Others take its machines when they have heard nothing
 * for longer. Nobody's time of day matters, and no clocks are compared.
 */
export class Lease {
  readonly #duration: number;
  readonly #holder: LeaseHolder;
  readonly #clock: () => number;
  readonly #ending = new AbortController();
  #end = Number.NEGATIVE_INFINITY;
  #wasFresh = false;
  #guard: NodeJS.Timeout | undefined;

  /** @param duration milliseconds after which others may take what a host has */
  constructor(duration: number, holder: LeaseHolder, clock: () => number = leaseClock) {
    this.#duration = duration;
    this.#holder = holder;
    this.#clock = clock;
  }

  /** Whether guests may run. */
  get isFresh(): boolean {
    const isFresh = this.#clock() < this.#end;
    if (isFresh !== this.#wasFresh) this.#turn(isFresh);
    return isFresh;
  }

  #turn(isFresh: boolean): void {
    this.#wasFresh = isFresh;
    if (isFresh) this.#holder.fresh();
    else this.#holder.stale();
  }

  /** Tells again and again that the host lives, until `stop()`. */
  async run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.renew();
      await wait(this.#duration * BEAT, undefined, { signal }).catch(() => {});
    }
  }

  /** Tells once that the host lives. */
  async renew(): Promise<void> {
    // Whoever hears of it hears of it later.
    const asked = this.#clock();
    try {
      await this.#holder.beat();
    } catch {
      return;
    }
    if (this.#ending.signal.aborted) return;
    this.#end = Math.max(this.#end, asked + this.#duration * (1 - MARGIN));
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#guard);
    // The end may have come by another clock than the timer's.
    if (this.isFresh) this.#guard = setTimeout(() => this.#watch(), Math.max(1, this.#end - this.#clock())).unref();
  }

  stop(): void {
    this.#ending.abort();
    clearTimeout(this.#guard);
    this.#end = Number.NEGATIVE_INFINITY;
  }
}

/** The hosts that others hear of. */
export class HeardHosts {
  readonly #duration: number;
  readonly #clock: () => number;
  readonly #heard = new Map<string, { readonly beat: number; readonly at: number }>();

  constructor(duration: number, clock: () => number = leaseClock) {
    this.#duration = duration;
    this.#clock = clock;
  }

  /** The beat of a host, as it was read a moment ago. */
  hear(id: string, beat: number): void {
    if (this.#heard.get(id)?.beat !== beat) this.#heard.set(id, { beat, at: this.#clock() });
  }

  /** Whether a host has not been heard of for longer than its lease. */
  isLost(id: string): boolean {
    return this.#silence(id) > this.#duration;
  }

  /** Whether nothing new is to be expected of a host: it has missed its last beats. */
  isSilent(id: string): boolean {
    return this.#silence(id) > this.#duration / 2;
  }

  #silence(id: string): number {
    const heard = this.#heard.get(id);
    return heard === undefined ? 0 : this.#clock() - heard.at;
  }

  forget(id: string): void {
    this.#heard.delete(id);
  }

  /** Hosts have all the time again: who could not hear them knows nothing. */
  forgetAll(): void {
    this.#heard.clear();
  }
}

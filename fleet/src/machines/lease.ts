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
  /** Tells others that this host lives, and after how many milliseconds of silence they may take its machines. Rejects if nobody has heard it. */
  beat(duration: number): Promise<void>;
  /** The lease is over: guests must stand still. It may come back. */
  stale(): void;
  fresh(): void;
}

/**
 * A host's right to run machines: it lasts for a while after the host has told that it lives. Others take its machines when they have heard nothing
 * for longer. Nobody's time of day matters, and no clocks are compared.
 */
export class Lease {
  #duration: number;
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
      const told = this.#duration;
      await this.renew();
      await wait(Math.min(told, this.#duration) * BEAT, undefined, { signal }).catch(() => {});
    }
  }

  /** From the next beat on, others may take what the host has after so many milliseconds. */
  change(duration: number): void {
    this.#duration = duration;
  }

  /** Tells once that the host lives. */
  async renew(): Promise<void> {
    const duration = this.#duration;
    // Whoever hears of it hears of it later.
    const end = this.#clock() + duration * (1 - MARGIN);
    // A shorter lease holds as soon as Redis has it, though the answer may be lost.
    this.#end = Math.min(this.#end, end);
    try {
      await this.#holder.beat(duration);
    } catch {
      return;
    }
    // What is told next may be shorter, and be heard before this answer.
    if (this.#ending.signal.aborted || duration > this.#duration) return;
    this.#end = Math.max(this.#end, end);
    this.#watch();
  }

  /** The lease is over at once, until the next beat is heard. */
  end(): void {
    this.#end = Number.NEGATIVE_INFINITY;
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

/** The beat of a host: its number, and the lease that it has told with it, in milliseconds. */
export interface HeardBeat {
  readonly id: string;
  readonly beat: number;
  readonly lease: number;
}

/** The hosts that others hear of. Each one's lease is that which it has told itself: it may be about to change. */
export class HeardHosts {
  readonly #clock: () => number;
  readonly #heard = new Map<string, HeardBeat & { readonly at: number }>();

  constructor(clock: () => number = leaseClock) {
    this.#clock = clock;
  }

  /** The beat of a host, as it was read a moment ago. */
  hear({ id, beat, lease }: HeardBeat): void {
    if (this.#heard.get(id)?.beat !== beat) this.#heard.set(id, { id, beat, lease, at: this.#clock() });
  }

  /** Whether a host has not been heard of for longer than its lease. */
  isLost(id: string): boolean {
    return this.#silence(id) > 1;
  }

  /** Whether nothing new is to be expected of a host: it has missed its last beats. */
  isSilent(id: string): boolean {
    return this.#silence(id) > 1 / 2;
  }

  /** The time since a host was heard, in leases. */
  #silence(id: string): number {
    const heard = this.#heard.get(id);
    return heard === undefined ? 0 : (this.#clock() - heard.at) / heard.lease;
  }

  forget(id: string): void {
    this.#heard.delete(id);
  }

  /** Hosts have all the time again: who could not hear them knows nothing. */
  forgetAll(): void {
    this.#heard.clear();
  }
}

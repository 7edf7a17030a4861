import { bestHost, OVERHEAD } from './placement.ts';
import type { HostRecord, MachineRecord } from './record.ts';

/** Parts of a host's memory that its machines have: from the first on it is full, and none is filled beyond the second one. */
const [FULL, FILLED] = [0.85, 0.6];
/** Milliseconds that a host is full before it moves something, and that it waits after each move. */
const [SUFFERING, REST] = [30_000, 60_000];
/** Milliseconds that a machine stays where it has come to. */
const STAY = 10 * 60_000;

/** A move that would help. */
export interface HelpfulMove {
  readonly name: string;
  readonly to: string;
}

/** Decides when a host that is full moves a machine to another one. A machine that has moved stays for a while, and no host is filled by it. */
export class Rebalancer {
  readonly #host: string;
  readonly #clock: () => number;
  /** Since when the host is full, and when it may move the next machine. */
  #fullSince: number | undefined;
  #restsUntil = Number.NEGATIVE_INFINITY;
  /** When its machines came here. */
  readonly #came = new Map<string, number>();

  /** @param clock milliseconds of a clock that never goes backwards */
  constructor(host: string, clock: () => number = () => performance.now()) {
    this.#host = host;
    this.#clock = clock;
  }

  /** A move that is to be made now; undefined: there is none. */
  next(hosts: readonly HostRecord[], machines: readonly MachineRecord[]): HelpfulMove | undefined {
    const now = this.#clock();
    const own = machines.filter(({ owner }) => owner === this.#host);
    this.#noteComings(own, now);
    const here = hosts.find(({ id }) => id === this.#host);
    if (here === undefined || filled(here) < FULL) {
      this.#fullSince = undefined;
      return undefined;
    }
    this.#fullSince ??= now;
    if (now - this.#fullSince < SUFFERING || now < this.#restsUntil) return undefined;
    const move = this.#helpfulMove(own, hosts, now);
    if (move !== undefined) this.#restsUntil = now + REST;
    return move;
  }

  #noteComings(own: readonly MachineRecord[], now: number): void {
    const names = new Set(own.map(({ name }) => name));
    for (const name of this.#came.keys()) if (!names.has(name)) this.#came.delete(name);
    // Those that began here, too: who was full before it came did not need it.
    for (const name of names) if (!this.#came.has(name)) this.#came.set(name, now);
  }

  /** The largest machine for which a host has so much room that it is far from full then. */
  #helpfulMove(own: readonly MachineRecord[], hosts: readonly HostRecord[], now: number): HelpfulMove | undefined {
    const movable = own.filter(
      ({ name, state, target }) => state === 'running' && target === '' && now - this.#came.get(name)! >= STAY,
    );
    for (const machine of movable.sort((a, b) => b.memory - a.memory || (a.name < b.name ? -1 : 1))) {
      const roomy = hosts.filter((host) => filled(host, machine.memory + OVERHEAD) <= FILLED);
      const to = bestHost(machine, roomy);
      if (to !== undefined) return { name: machine.name, to: to.id };
    }
    return undefined;
  }
}

/** The part of a host's memory that is taken, if so many bytes more are. */
const filled = ({ memory, free }: HostRecord, more = 0): number => (memory - free + more) / Math.max(1, memory);

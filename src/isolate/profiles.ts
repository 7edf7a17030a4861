import type { ThreadProbe, ThreadProfile } from './probe.ts';

/** Profiles of a machine's thread, which may outlive the machine. */
export class Profiles {
  readonly #probe: () => ThreadProbe;
  readonly #taking = new Set<number>();

  /** @param probe throws if the host takes none */
  constructor(probe: () => ThreadProbe) {
    this.#probe = probe;
  }

  /** As ThreadProbe.startProfile. */
  start(interval: number): number {
    const number = this.#probe().startProfile(interval);
    this.#taking.add(number);
    return number;
  }

  /** As ThreadProbe.stopProfile. */
  stop(number: number): ThreadProfile {
    this.#taking.delete(number);
    return this.#probe().stopProfile(number);
  }

  /** Ends those that nobody will end: they would slow the thread's next machine down. */
  close(): void {
    for (const number of this.#taking) this.stop(number);
  }
}

/** The host's clock as the machine sees it: it stands still while the machine is paused. Made paused, at 0. */
export class MachineClock {
  readonly #host: () => number;
  /** Running: the host's time at 0. Paused: not used. */
  #origin = 0;
  #pausedAt: number | undefined = 0;

  /** `host`: nanoseconds of a clock that never goes backwards. */
  constructor(host: () => number) {
    this.#host = host;
  }

  nanoseconds(): number {
    return this.#pausedAt ?? this.#host() - this.#origin;
  }

  pause(): void {
    this.#pausedAt = this.nanoseconds();
  }

  resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#origin = this.#host() - this.#pausedAt;
    this.#pausedAt = undefined;
  }

  /** The host's time at this time of the machine, if it is not paused until then. */
  toHost(nanoseconds: number): number {
    return this.#pausedAt === undefined ? nanoseconds + this.#origin : Infinity;
  }
}

import type { ScsiTarget } from './target.ts';

/** A request that a controller has taken from its driver. */
export interface TakenRequest {
  readonly target: ScsiTarget;
  /** The driver has its answer. Reads and writes of the medium that are under way still end, without effect on memory. */
  isAbandoned: boolean;
}

export interface UnderWayOptions<Taken extends TakenRequest, Place extends { target: number }> {
  readonly targets: readonly ScsiTarget[];
  /** The described state: what is at each place. Its target is `free` where nothing is. */
  readonly places: readonly Place[];
  readonly free: number;
  /** Makes the request that is at a place of a state that was loaded. */
  readonly loaded: (place: Place, target: ScsiTarget) => Taken;
}

/** Requests of a controller that its targets execute, each at a place until its medium has answered. */
export class UnderWay<Taken extends TakenRequest, Place extends { target: number }> {
  readonly #options: UnderWayOptions<Taken, Place>;
  /** Derived: what is at the places. */
  readonly #taken: (Taken | null)[];

  constructor(options: UnderWayOptions<Taken, Place>) {
    this.#options = options;
    this.#taken = options.places.map(() => null);
  }

  /** The number of a place for another one; -1: there is none. */
  get freePlace(): number {
    return this.#taken.indexOf(null);
  }

  /** Requests that the driver waits for. */
  get awaited(): readonly Taken[] {
    return this.#taken.filter((taken) => taken !== null && !taken.isAbandoned) as Taken[];
  }

  put(place: number, taken: Taken): void {
    this.#taken[place] = taken;
  }

  /** Whether a request is still at its place: one that a reset has freed may have another by now. */
  has(place: number, taken: Taken): boolean {
    return this.#taken[place] === taken;
  }

  free(place: number): void {
    this.#taken[place] = null;
    this.#options.places[place]!.target = this.#options.free;
  }

  /** The driver gets its answer now. The request keeps its place, but no state that is saved has it. */
  abandon(taken: Taken): void {
    taken.isAbandoned = true;
    this.#options.places[this.#taken.indexOf(taken)]!.target = this.#options.free;
  }

  /** Frees the places of a target: the requests that the driver still waits for. */
  freeAll(target: ScsiTarget): readonly Taken[] {
    const awaited = this.awaited.filter((taken) => taken.target === target);
    for (const [place, taken] of this.#taken.entries()) if (taken?.target === target) this.free(place);
    return awaited;
  }

  clear(): void {
    for (const place of this.#taken.keys()) this.free(place);
  }

  /** A state was loaded: the requests that are to be executed from their start, whose media know nothing of them. All have their places before one of them ends. */
  reload(): readonly (readonly [place: number, taken: Taken])[] {
    const { targets, places, loaded } = this.#options;
    for (const target of targets) target.cancel();
    for (const [n, place] of places.entries()) {
      const target = targets.find(({ id }) => id === place.target);
      if (target === undefined) this.free(n);
      else this.put(n, loaded(place, target));
    }
    return [...this.#taken.entries()].flatMap(([place, taken]) => (taken === null ? [] : [[place, taken] as const]));
  }
}

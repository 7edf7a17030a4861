import { Permits } from '../permits.ts';
import { bestHost } from './placement.ts';
import type { HostRecord } from './record.ts';
import type { Registry } from './registry.ts';
import type { Seat } from './seat.ts';

/** Machines that leave a host at a time. */
const LANES = 4;
/** The part of a host's last time in which machines may still move; in the rest of it they go into the store. */
const MOVING = 0.6;

/** A host that ends. */
export interface EndingHost {
  readonly registry: Registry;
  /** Other hosts that live. */
  living(): Promise<readonly HostRecord[]>;
  /** Whether its machines may run. */
  isFresh(): boolean;
  /** Whether Redis does not have its fleet. */
  isLost(): boolean;
}

/** Empties a host that ends: its machines move to others while they run, a few at a time. Those that cannot go into the store. */
export class Evacuation {
  readonly #host: EndingHost;
  readonly #lanes = new Permits(LANES);
  readonly #leaving = new Map<Seat, Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #mayMove = true;

  /** @param grace milliseconds that all of it may take */
  constructor(host: EndingHost, grace: number) {
    this.#host = host;
    this.#timer = setTimeout(() => this.#endMoves(), grace * MOVING).unref();
  }

  #endMoves(): void {
    this.#mayMove = false;
    for (const seat of this.#leaving.keys()) seat.cancelMove();
  }

  /** Gives some machines away. Resolves when they are gone. */
  async leave(seats: readonly Seat[]): Promise<void> {
    await Promise.all(
      seats.map((seat) => {
        const left = this.#leaving.get(seat) ?? this.#lanes.use(() => this.#leave(seat));
        this.#leaving.set(seat, left);
        return left;
      }),
    );
  }

  async #leave(seat: Seat): Promise<void> {
    if (this.#host.isLost()) return await seat.bequeath();
    const hasMoved = await this.#moveAway(seat).catch(() => false);
    if (!hasMoved) await seat.end('suspended');
  }

  /** @returns whether it has gone */
  async #moveAway(seat: Seat): Promise<boolean> {
    const { registry, living, isFresh } = this.#host;
    const { record } = seat.held;
    const tried = new Set<string>();
    while (this.#mayMove && isFresh() && seat.isMovable) {
      const to = bestHost(
        record,
        (await living()).filter(({ id }) => !tried.has(id)),
      );
      if (to === undefined) return false;
      tried.add(to.id);
      // One that has told of itself may be full or end by now.
      const mayMove = await registry.move(record.name, to.id).then(
        () => true,
        () => false,
      );
      if (mayMove && (await seat.move(to.id))) return true;
    }
    return false;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

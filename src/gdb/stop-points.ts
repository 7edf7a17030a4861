import type { Watchpoint } from '../machine-core.ts';
import type { GdbTarget } from './target.ts';

/** The numbers of `Z` packets. */
const kinds = ['software', 'hardware', 'write', 'read', 'access'] as const;

interface StopPoint {
  readonly kind: (typeof kinds)[number];
  readonly address: number;
  readonly length: number;
}

/**
 * Breakpoints and watchpoints as gdb has set them. It takes all away at each stop and sets them again; the machine is told only
 * when it is to go on, so that what comes back in between costs nothing.
 */
export class StopPoints {
  readonly #points = new Map<string, StopPoint>();
  #isChanged = false;

  /** Sets one, by the data of a `Z` packet. Null: there is no such kind. False: it cannot be done. */
  set(data: string): boolean | null {
    const point = pointOf(data);
    if (point === null) return null;
    if (point.length === 0 || point.length > MOST_BYTES) return false;
    this.#points.set(data, point);
    this.#isChanged = true;
    return true;
  }

  /** Removes one, by the data of a `z` packet. Null: there is no such kind. False: it was not set. */
  remove(data: string): boolean | null {
    if (pointOf(data) === null) return null;
    this.#isChanged = true;
    return this.#points.delete(data);
  }

  clear(): void {
    this.#isChanged = true;
    this.#points.clear();
  }

  /** Tells the machine, if something has changed since. */
  async apply(target: Pick<GdbTarget, 'debug'>): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const points = [...this.#points.values()];
    const watchpoints = points.filter((point): point is StopPoint & Watchpoint => !isBreakpoint(point));
    await target.debug(
      'setBreakpoints',
      points.filter(isBreakpoint).map(({ address }) => address),
    );
    await target.debug('setWatchpoints', watchpoints);
  }

  /** Which kind of breakpoint is at an address. */
  readonly kindAt = (address: number): 'swbreak' | 'hwbreak' => {
    const isHere = (point: StopPoint) => point.kind === 'hardware' && point.address === address;
    return this.#points.values().some(isHere) ? 'hwbreak' : 'swbreak';
  };
}

/** Most bytes that can be watched. Watched pages have no TLB entry, so that each access to them costs a page walk. */
const MOST_BYTES = 1 << 16;

function pointOf(data: string): StopPoint | null {
  const [, number = '', address = '', length = ''] = /^(\d),([\da-f]+),([\da-f]+)$/i.exec(data) ?? [];
  const kind = kinds[Number(number)];
  if (number === '' || kind === undefined) return null;
  return { kind, address: Number.parseInt(address, 16) >>> 0, length: Number.parseInt(length, 16) };
}

function isBreakpoint({ kind }: StopPoint): boolean {
  return kind === 'software' || kind === 'hardware';
}

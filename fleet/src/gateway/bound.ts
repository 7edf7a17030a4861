import { OPERATOR } from '../tenants/names.ts';

/** A bound of how much is done at the same time: so much together, and so much for each tenant. */
export class Bound {
  readonly #most: number;
  readonly #mostOfOne: number;
  /** By their tenants. */
  readonly #busy = new Map<string, number>();
  #all = 0;

  constructor(most: number, mostOfOne: number) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
  }

  /** A place until it is disposed of. Undefined: there is none now. Callers without a tenant may have all places. */
  enter(tenant: string): Disposable | undefined {
    const own = this.#busy.get(tenant) ?? 0;
    if (this.#all >= this.#most || (tenant !== OPERATOR && own >= this.#mostOfOne)) return undefined;
    this.#busy.set(tenant, own + 1);
    this.#all++;
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#leave(tenant);
      },
    };
  }

  #leave(tenant: string): void {
    const left = this.#busy.get(tenant)! - 1;
    if (left === 0) this.#busy.delete(tenant);
    else this.#busy.set(tenant, left);
    this.#all--;
  }
}

/** The bounds of a gateway. */
export interface Bounds {
  /** Images that are being added: each takes memory of up to 1 GB for its snapshot, and that of its machine. */
  readonly images: Bound;
  /** Consoles and screens, each of which has connections to Redis. */
  readonly clients: Bound;
  /** Requests that have connections to Redis of their own, or much memory: results, pictures, and files of jobs. */
  readonly requests: Bound;
}

export const makeBounds = (): Bounds => ({
  images: new Bound(2, 1),
  clients: new Bound(1000, 100),
  requests: new Bound(100, 10),
});

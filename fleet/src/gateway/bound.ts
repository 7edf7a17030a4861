/** A bound of how much is done at the same time: so much together, and one thing for each who asks. */
export class Bound {
  readonly #most: number;
  readonly #busy = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** A place until it is disposed of. Undefined: there is none now. */
  enter(who: string): Disposable | undefined {
    if (this.#busy.size >= this.#most || this.#busy.has(who)) return undefined;
    this.#busy.add(who);
    return { [Symbol.dispose]: () => void this.#busy.delete(who) };
  }
}

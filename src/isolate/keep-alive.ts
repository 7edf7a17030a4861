import type { Isolate } from '../host.ts';

/** Why an isolate keeps the program alive: it is being made, it runs, a call waits for its answer, it is being ended. */
export class KeepAlive {
  readonly #isolate: Pick<Isolate, 'hold'>;
  #reasons = 0;

  constructor(isolate: Pick<Isolate, 'hold'>) {
    this.#isolate = isolate;
  }

  /** One reason more. */
  hold(): void {
    if (this.#reasons++ === 0) this.#isolate.hold(true);
  }

  /** One reason less. */
  release(): void {
    if (--this.#reasons === 0) this.#isolate.hold(false);
  }

  /** While something is awaited. */
  async during<Result>(act: () => Promise<Result>): Promise<Result> {
    this.hold();
    try {
      return await act();
    } finally {
      this.release();
    }
  }
}

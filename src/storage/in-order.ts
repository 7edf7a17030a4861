/** Runs what is asynchronous one after the other, in the order of the calls. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve();
  #underWay = 0;

  /** Whether something has been asked for and has not ended. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** Does something once all before it has ended, well or not. */
  run<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#underWay++;
    const result = this.#last.then(act).finally(() => this.#underWay--);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Waits for the same; all that comes later waits until the function that it resolves with is called. */
  lock(): Promise<() => void> {
    return new Promise((locked) => {
      void this.run(() => new Promise<void>((unlock) => locked(unlock)));
    });
  }
}

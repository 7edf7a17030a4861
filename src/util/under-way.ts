import { promised } from './promised.ts';

/**
 * Promises that are handed out by something that can be ended. Those which are under way at its end may be rejected by it: whoever ends a thing
 * need not wait for all that he has asked of it before, so such a rejection need not be handled.
 */
export class UnderWay {
  readonly #promises = new Set<Promise<unknown>>();

  /** Does something at once, and hands out a promise of it. */
  during<Value>(act: () => Promise<Value>): Promise<Value> {
    const promise = this.#settled(promised(act), () => this.#promises.delete(promise));
    this.#promises.add(promise);
    return promise;
  }

  /** It is taken out by itself: a handler of its rejection elsewhere would be one for its owner, too. */
  async #settled<Value>(inner: Promise<Value>, done: () => void): Promise<Value> {
    try {
      return await inner;
    } finally {
      done();
    }
  }

  /** Nobody needs to handle rejections of what is under way. To be called before anything is ended. */
  end(): void {
    for (const promise of this.#promises) promise.catch(() => {});
    this.#promises.clear();
  }
}

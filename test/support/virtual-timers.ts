interface Due {
  readonly at: number;
  readonly act: () => void;
}

/** Time that passes only when a test says so. */
export class VirtualTimers {
  #now = 0;
  #due: Due[] = [];

  /** Milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Calls after some milliseconds; the function that it returns cancels that. */
  after(milliseconds: number, act: () => void): () => void {
    const due = { at: this.#now + milliseconds, act };
    this.#due.push(due);
    return () => {
      this.#due = this.#due.filter((other) => other !== due);
    };
  }

  /** Lets time pass, and all happen that is due meanwhile. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#due.toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = next.at;
      next.act();
      await Promise.resolve();
    }
    this.#now = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

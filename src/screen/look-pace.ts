/** Milliseconds between two looks while the screen changes, or somebody types. */
const ACTIVE = 33;
/** While it doesn't. */
const IDLE = 200;
/** Looks without a change before it counts as idle. */
const ACTIVE_LOOKS = 15;

/** When to look at a screen again: often while it changes, seldom while it does not. */
export class LookPace {
  #unchanged = 0;
  #wake: () => void = () => {};

  /** The look has found something new. */
  changed(): void {
    this.#unchanged = 0;
  }

  /** Something may change soon. */
  stir(): void {
    this.#unchanged = 0;
    this.#wake();
  }

  /** Resolves when it is time for the next look. */
  async next(): Promise<void> {
    await this.#pause(this.#unchanged++ < ACTIVE_LOOKS ? ACTIVE : IDLE);
  }

  async #pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        // A look now costs no more than one a little later: the time between two stays.
        this.#wake = () => {};
        clearTimeout(timer);
        setTimeout(resolve, ACTIVE);
      };
    });
  }
}

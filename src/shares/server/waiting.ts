/** Requests that wait for a web server. */
export class Waiting {
  #controller = new AbortController();

  /** The signal that aborts whatever begins to wait now. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the requests that wait now. */
  end(): void {
    this.#controller.abort();
    this.#controller = new AbortController();
  }
}

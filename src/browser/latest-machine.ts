/** A machine that is stopped when another one takes its place. */
interface Stoppable {
  stop(): Promise<void>;
}

/** The machine that was asked for last. One that is still being made when another one, or none, is asked for is stopped. */
export class LatestMachine<Machine extends Stoppable> {
  readonly #show: (machine: Machine | null) => void;
  /** Is aborted when another machine, or none, is asked for: that ends what it takes to make this one. */
  #making = new AbortController();
  #machine: Machine | null = null;

  /** `show` is called with the machine that there is now. */
  constructor(show: (machine: Machine | null) => void) {
    this.#show = show;
  }

  get current(): Machine | null {
    return this.#machine;
  }

  /**
   * Ends the machine before and makes another one.
   * @param create gets a signal that it is no longer asked for
   * @throws DOMException AbortError if meanwhile another one, or none, was asked for
   */
  async replace(create: (signal: AbortSignal) => Promise<Machine>): Promise<Machine> {
    const ended = this.stop();
    const { signal } = this.#making;
    await ended;
    const machine = await create(signal).catch((error: unknown) => {
      throw signal.aborted ? replaced() : error;
    });
    if (signal.aborted) {
      await machine.stop();
      throw replaced();
    }
    this.#set(machine);
    return machine;
  }

  /**
   * Does what the machine needs to be as it is wanted, and ends it if that fails.
   * @throws DOMException AbortError if the machine is no longer the one that is wanted, whatever became of it
   */
  async prepare(machine: Machine, act: () => Promise<void>): Promise<void> {
    this.#checkCurrent(machine);
    try {
      await act();
    } catch (error) {
      this.#checkCurrent(machine);
      await this.stop();
      throw error;
    }
    this.#checkCurrent(machine);
  }

  #checkCurrent(machine: Machine): void {
    if (machine !== this.#machine) throw replaced();
  }

  /** Ends the machine, even one that is still being made. */
  async stop(): Promise<void> {
    this.#making.abort(replaced());
    this.#making = new AbortController();
    const machine = this.#machine;
    this.#set(null);
    await machine?.stop();
  }

  #set(machine: Machine | null): void {
    this.#machine = machine;
    this.#show(machine);
  }
}

function replaced(): DOMException {
  return new DOMException('the machine was stopped, or another one started, before it ran', 'AbortError');
}

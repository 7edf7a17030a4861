/** A host looks at its own machines each third time only, as Redis tells it what they have to do. */
const LOOKS = 3;

/** The steps of a round, as a host takes them. */
export interface RoundSteps {
  /** Whether the host may do anything now. */
  mayAct(): boolean;
  /** Does what a machine wants that the host was told of. */
  attend(name: string): Promise<void>;
  /** Looks at other hosts. */
  watch(): Promise<void>;
  /** Looks at the machines of the host. */
  lookAtOwn(): Promise<void>;
  /** Takes machines that wait. */
  claim(): Promise<void>;
  failed(problem: string): void;
}

/** The rounds of a host, one after the other: it looks at what it was told of, and from time to time at all that concerns it. */
export class Rounds {
  readonly #steps: RoundSteps;
  /** Machines that it was told of, and whether it is time to look at everything. */
  readonly #told = new Set<string>();
  #isDue = false;
  #looks = 0;
  #going: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(steps: RoundSteps) {
    this.#steps = steps;
  }

  /** Looks at everything now, and again and again after so many milliseconds. */
  begin(milliseconds: number): void {
    this.#timer = setInterval(() => this.lookAround(), milliseconds);
    this.lookAround();
  }

  /** Resolves when nothing is looked at any more. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#going;
  }

  /** Looks at everything. */
  lookAround(): void {
    this.#isDue = true;
    this.#go();
  }

  /** Looks at a machine. */
  tell(name: string): void {
    this.#told.add(name);
    this.#go();
  }

  #go(): void {
    if (this.#going !== undefined || !this.#steps.mayAct()) return;
    this.#going = this.#look()
      .catch((error: Error) => this.#steps.failed(error.message))
      .finally(() => {
        this.#going = undefined;
      });
  }

  async #look(): Promise<void> {
    const { mayAct, attend, watch, lookAtOwn, claim } = this.#steps;
    while ((this.#isDue || this.#told.size > 0) && mayAct()) {
      const [isDue, told] = [this.#isDue, [...this.#told]];
      this.#isDue = false;
      this.#told.clear();
      for (const name of told) await attend(name);
      if (isDue) await watch();
      if (isDue && this.#looks++ % LOOKS === 0) await lookAtOwn();
      await claim();
    }
  }
}

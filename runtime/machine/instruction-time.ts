import { Word } from '../../translator/abi/state.ts';
import type { TimeSource } from '../time/clock.ts';

/** Deterministic time: every executed instruction takes 2^shift nanoseconds; a halted CPU's time is added by `skip`. */
export class InstructionTime implements TimeSource {
  readonly #state: Int32Array;
  readonly #nanosecondsEach: number;
  /** Instructions executed before the current grant, and the grant's size. */
  #before = 0;
  #granted = 0;
  #skipped = 0;
  /** Number of instructions at which the machine stops. */
  limit = Infinity;
  /** Number of instructions at which the machine stops for whoever limits how much it may run. */
  cap = Infinity;

  constructor(state: Int32Array, shift: number) {
    this.#state = state;
    this.#nanosecondsEach = 2 ** shift;
  }

  /** Whether so many have run as are to. */
  get isAtEnd(): boolean {
    return this.instructions >= this.end;
  }

  /** Number of instructions at which a run comes back; Infinity: it does not. */
  get end(): number {
    return Math.min(this.limit, this.cap);
  }

  get instructions(): number {
    return this.#before + this.#granted - this.#state[Word.budget];
  }

  nanoseconds(): number {
    return this.instructions * this.#nanosecondsEach + this.#skipped;
  }

  /** Ends the grant: the budget is 0 and may be written by others. */
  settle(): void {
    this.#before = this.instructions;
    this.#granted = 0;
    this.#state[Word.budget] = 0;
  }

  /** None have run, and nothing stops the next ones. Clocks that go by it are to be set. */
  restart(): void {
    this.settle();
    this.#before = 0;
    this.#skipped = 0;
    this.limit = Infinity;
    this.cap = Infinity;
  }

  /** Sets the number of instructions that have run. Clocks that are derived from it have to be set, too. */
  goTo(instructions: number): void {
    this.settle();
    this.#before = instructions;
  }

  /** Lets instructions run until `nanoseconds` from now, `most` at the most. */
  grant(nanoseconds: number, most: number): void {
    this.settle();
    const left = Math.min(most, this.end - this.instructions);
    this.#granted = Math.max(1, Math.min(left, Math.ceil(nanoseconds / this.#nanosecondsEach)));
    this.#state[Word.budget] = this.#granted;
  }

  /** Time passes without instructions. */
  skip(nanoseconds: number): void {
    this.#skipped += nanoseconds;
  }
}

import type { Line } from '../../bus/irq.ts';
import type { Clock } from '../../time/clock.ts';
import type { Timer } from '../../time/events.ts';
import { Cause, Register, THROTTLE_UNIT } from './registers.ts';
import type { E1000State, RegisterWords } from './state.ts';

/** Causes, their mask, and the line that both drive, no more often than the guest wants it (317453, 13.4.18). */
export class Interrupts {
  readonly #state: E1000State;
  readonly #words: RegisterWords;
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #timer: Timer;

  /** `timer` is for calls of `throttleEnded`. */
  constructor(state: E1000State, words: RegisterWords, line: Line, clock: Clock, timer: Timer) {
    this.#state = state;
    this.#words = words;
    this.#line = line;
    this.#clock = clock;
    this.#timer = timer;
  }

  raise(causes: number): void {
    this.#words.set(Register.interruptCause, this.#words.get(Register.interruptCause) | (causes & Cause.all));
    this.#drive();
  }

  /** Reading clears all. */
  take(): number {
    const causes = this.#words.get(Register.interruptCause);
    this.#words.set(Register.interruptCause, 0);
    this.#drive();
    return causes;
  }

  clear(causes: number): void {
    this.#words.set(Register.interruptCause, this.#words.get(Register.interruptCause) & ~causes);
    this.#drive();
  }

  setMask(mask: number): void {
    this.#state.interruptMask = (mask & Cause.all) >>> 0;
    this.#drive();
  }

  /** Another interrupt may come. */
  throttleEnded(): void {
    this.#state.isThrottled = false;
    this.#drive();
  }

  #drive(): void {
    const isPending = (this.#words.get(Register.interruptCause) & this.#state.interruptMask) !== 0;
    if (!isPending) this.#line.set(false);
    else if (!this.#state.isThrottled) this.#raiseLine();
  }

  #raiseLine(): void {
    this.#line.set(true);
    const interval = this.#words.get(Register.interruptThrottle) * THROTTLE_UNIT;
    if (interval === 0) return;
    this.#state.isThrottled = true;
    this.#timer.arm(this.#clock.now() + interval);
  }
}

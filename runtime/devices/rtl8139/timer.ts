import type { Clock } from '../../time/clock.ts';
import type { Timer } from '../../time/events.ts';
import { TICK, TIMER_RANGE } from './registers.ts';
import type { Rtl8139State } from './state.ts';

/** Counts up from the last write; can interrupt at one count. */
export class CardTimer {
  readonly #state: Rtl8139State;
  readonly #clock: Clock;
  readonly #timer: Timer;

  /** `timer` is for calls of `due`. */
  constructor(state: Rtl8139State, clock: Clock, timer: Timer) {
    this.#state = state;
    this.#clock = clock;
    this.#timer = timer;
  }

  get count(): number {
    return Math.floor((this.#clock.now() - this.#state.timerStart) / TICK) % 0x100000000;
  }

  restart(): void {
    const now = this.#clock.now();
    this.#state.timerStart = now;
    this.#arm(now);
  }

  /** 0: never. */
  setInterrupt(count: number): void {
    this.#state.timerInterrupt = count;
    this.#arm(this.#clock.now());
  }

  /** The count was reached; it will be once more when the counter has wrapped. */
  due(): void {
    this.#arm(this.#clock.now());
  }

  /** `now`: the time that the state is of. Read again, it may be after the count that is waited for. */
  #arm(now: number): void {
    const { timerStart, timerInterrupt } = this.#state;
    const at = timerStart + timerInterrupt * TICK;
    const rounds = Math.max(0, Math.floor((now - at) / TIMER_RANGE) + 1);
    this.#timer.arm(timerInterrupt === 0 ? Infinity : at + rounds * TIMER_RANGE);
  }
}

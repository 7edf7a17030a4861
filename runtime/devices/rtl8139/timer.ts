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
    this.#state.timerStart = this.#clock.now();
    this.#arm();
  }

  /** 0: never. */
  setInterrupt(count: number): void {
    this.#state.timerInterrupt = count;
    this.#arm();
  }

  /** The count was reached; it will be once more when the counter has wrapped. */
  due(): void {
    this.#arm();
  }

  #arm(): void {
    const { timerStart, timerInterrupt } = this.#state;
    const at = timerStart + timerInterrupt * TICK;
    const rounds = Math.max(0, Math.floor((this.#clock.now() - at) / TIMER_RANGE) + 1);
    this.#timer.arm(timerInterrupt === 0 ? Infinity : at + rounds * TIMER_RANGE);
  }
}

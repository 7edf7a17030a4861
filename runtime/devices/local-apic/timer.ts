import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { LocalVector, Lvt, TimerMode } from './registers.ts';
import type { LocalApicState } from './state.ts';

/** `name`: of its event, which no other has. */
export interface TimerOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly events: EventQueue;
}

/** The local APIC's timer (Intel SDM vol. 3, 11.5.4): counts nanoseconds through a divider, or waits for a TSC value. */
export class ApicTimer {
  readonly #state: LocalApicState;
  readonly #clock: Clock;
  readonly #event: Timer;

  constructor(state: LocalApicState, { name, clock, events }: TimerOptions, expired: () => void) {
    this.#state = state;
    this.#clock = clock;
    this.#event = events.timer(name, (now) => {
      this.#rearm(now);
      expired();
    });
  }

  /** Whether it will expire. */
  get isArmed(): boolean {
    return this.#event.deadline < Infinity;
  }

  get #mode(): number {
    return (this.#state.localVectors[LocalVector.timer]! >>> Lvt.timerModeShift) & 3;
  }

  /** Nanoseconds of one count: 2, 4, 8, … 128, or 1 for the last code. */
  get #divider(): number {
    const { divide } = this.#state;
    return 1 << (((((divide >>> 1) & 4) | (divide & 3)) + 1) & 7);
  }

  /** Writing the initial count starts the timer; 0 stops it. Nothing happens while it waits for a TSC value. */
  start(count: number): void {
    const s = this.#state;
    if (this.#mode === TimerMode.deadline) return;
    const now = this.#clock.now();
    s.initialCount = count;
    s.countStart = now;
    this.#schedule(now);
  }

  setDivide(value: number): void {
    const now = this.#clock.now();
    const left = this.#countAt(now);
    const s = this.#state;
    s.divide = value & 0xb;
    // What is left goes on at the new rate.
    s.countStart = now - (s.initialCount - left) * this.#divider;
    this.#schedule(now);
  }

  currentCount(): number {
    return this.#countAt(this.#clock.now());
  }

  #countAt(now: number): number {
    const s = this.#state;
    if (s.initialCount === 0 || this.#mode === TimerMode.deadline) return 0;
    const counted = Math.floor((now - s.countStart) / this.#divider);
    if (this.#mode === TimerMode.periodic) return s.initialCount - (counted % s.initialCount);
    return Math.max(0, s.initialCount - counted);
  }

  /** The timer's local vector was written; going to or from the deadline mode stops it. */
  modeChanged(before: number): void {
    const wasDeadline = ((before >>> Lvt.timerModeShift) & 3) === TimerMode.deadline;
    if (wasDeadline === (this.#mode === TimerMode.deadline)) {
      if (!wasDeadline) this.#schedule(this.#clock.now());
      return;
    }
    this.stop();
  }

  stop(): void {
    Object.assign(this.#state, { initialCount: 0, deadlineLow: 0, deadlineHigh: 0 });
    this.#event.disarm();
  }

  /** IA32_TSC_DEADLINE was written; `time`: when the TSC has that value. Other modes ignore it. */
  setDeadline(low: number, high: number, time: number): void {
    const s = this.#state;
    if (this.#mode !== TimerMode.deadline) return;
    s.deadlineLow = low >>> 0;
    s.deadlineHigh = high >>> 0;
    if ((low | high) === 0) this.#event.disarm();
    else this.#event.arm(time);
  }

  /** `now`: the time that the state is of. Read again, it may be after the end of a count that has just begun. */
  #schedule(now: number): void {
    if (this.#state.initialCount === 0) this.#event.disarm();
    else this.#armAfter(now);
  }

  /** The next time that the count reaches 0, after `now`. */
  #armAfter(now: number): void {
    const { initialCount, countStart } = this.#state;
    const period = initialCount * this.#divider;
    const passed = Math.floor((now - countStart) / period);
    if (this.#mode === TimerMode.periodic) this.#event.arm(countStart + (passed + 1) * period);
    else if (passed < 1) this.#event.arm(countStart + period);
  }

  #rearm(now: number): void {
    if (this.#mode === TimerMode.periodic) this.#armAfter(now);
    else if (this.#mode === TimerMode.deadline) Object.assign(this.#state, { deadlineLow: 0, deadlineHigh: 0 });
  }
}

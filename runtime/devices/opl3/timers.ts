import { Register, SAMPLE_RATE, Status, TIMER1_SAMPLES, TIMER2_SAMPLES, TimerControl } from './registers.ts';
import type { Opl3State, TimerState } from './state.ts';

interface TimerBits {
  readonly register: number;
  readonly samples: number;
  readonly start: number;
  readonly mask: number;
  readonly status: number;
}

const timers: readonly TimerBits[] = [
  {
    ...{ register: Register.timer1, samples: TIMER1_SAMPLES, status: Status.timer1 },
    ...{ start: TimerControl.start1, mask: TimerControl.mask1 },
  },
  {
    ...{ register: Register.timer2, samples: TIMER2_SAMPLES, status: Status.timer2 },
    ...{ start: TimerControl.start2, mask: TimerControl.mask2 },
  },
];

/** The status register: which timers have overflowed since it was reset. */
export function statusAt(state: Opl3State, now: number): number {
  const over = timers.filter((timer, n) => hasOverflowed(state, timer, state.timers[n]!, now));
  return over.reduce((status, timer) => status | timer.status | Status.interrupt, 0);
}

/** A write of the timer control register. The bit that resets the status has the others ignored. */
export function controlTimers(state: Opl3State, value: number, now: number): void {
  const isReset = (value & TimerControl.reset) !== 0;
  for (const [n, timer] of timers.entries()) {
    const own = state.timers[n]!;
    own.hasOverflowed = !isReset && hasOverflowed(state, timer, own, now);
    own.cleared = now;
    if (isReset) continue;
    if ((value & timer.start) === 0) own.start = Infinity;
    else if (own.start === Infinity) own.start = now;
  }
  if (!isReset) state.registers[Register.timerControl] = value;
}

function hasOverflowed({ registers }: Opl3State, timer: TimerBits, own: TimerState, now: number): boolean {
  if (own.hasOverflowed) return true;
  if ((registers[Register.timerControl]! & timer.mask) !== 0 || own.start > now) return false;
  const period = ((256 - registers[timer.register]!) * timer.samples * 1e9) / SAMPLE_RATE;
  const periods = (time: number) => Math.floor(Math.max(time - own.start, 0) / period);
  return periods(now) > periods(own.cleared);
}

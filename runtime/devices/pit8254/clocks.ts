import { CLOCKS, NANOSECONDS } from './registers.ts';

/** Whole input clocks in a virtual time. */
export function clocksAt(nanoseconds: number): number {
  return Math.floor((nanoseconds * CLOCKS) / NANOSECONDS);
}

/** The first nanosecond of a clock. */
export function nanosecondsAt(clock: number): number {
  const time = Math.ceil((clock * NANOSECONDS) / CLOCKS);
  // Rounding must not put it before the clock, or the clock's event would find nothing to do.
  return clocksAt(time) < clock ? time + 1 : time;
}

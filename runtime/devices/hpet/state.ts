import { describe, flag, integer, list, type StateOf, starting, u32 } from '../../snapshot/describe.ts';
import { TICK, TIMERS, TimerConfiguration } from './registers.ts';

/** A number of 64 bits. */
const wide = describe({ low: u32, high: u32 });

export type Wide = StateOf<typeof wide>;

/** The comparator of a timer after a reset: it never fires. */
const never = starting(u32, 0xffffffff);

const timerState = describe({
  configuration: starting(u32, TimerConfiguration.capabilities),
  comparator: describe({ low: never, high: never }),
  /** Ticks between interrupts of a periodic timer. */
  period: wide,
  /** The event is the wrap of 32 bits, before the comparator's. */
  wraps: flag,
});

export type TimerState = StateOf<typeof timerState>;

export const hpetState = describe({
  configuration: u32,
  interruptStatus: u32,
  /** The main counter when it was last set, enabled or halted. */
  counter: wide,
  /** Virtual ticks at that time. */
  since: integer(0, Math.floor(Number.MAX_SAFE_INTEGER / TICK)),
  timers: list(TIMERS, timerState),
  /** Levels that the 8254 and the real-time clock drive, while legacy replacement hides them. */
  replaced: list(2, flag),
});

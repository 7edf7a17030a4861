import { describe, flag, integer, lastClock, u8, u16 } from '../../snapshot/describe.ts';

/** The last clock of the timer, of 3.58 MHz. */
const LAST_CLOCK = lastClock(3_579_545);

export const powerState = describe({
  status: u16,
  enable: u16,
  control: u16,
  /** The timer's clock at which its upper bit changes next: the status bit is right before it. */
  nextCarry: integer(0, LAST_CLOCK),
  /** The level of the real-time clock's line. */
  rtc: flag,
  /** Suspended to RAM: no code runs. */
  suspended: flag,
  /** Bits of the event that wakes the suspended machine, with Event.wake; 0 for none. */
  wakeStatus: u16,
  smiCommand: u8,
  smiStatus: u8,
});

export const generalEventsState = describe({ status: u16, enable: u16 });

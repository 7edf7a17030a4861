import { describe, f64, flag, u8, u16 } from '../../snapshot/describe.ts';

export const powerState = describe({
  status: u16,
  enable: u16,
  control: u16,
  /** The timer's clock at which its upper bit changes next: the status bit is right before it. */
  nextCarry: f64,
  /** The level of the real-time clock's line. */
  rtc: flag,
  /** Suspended to RAM: no code runs. */
  suspended: flag,
  /** What wakes the suspended machine, with Event.wake; 0: nothing has. */
  wakeStatus: u16,
  smiCommand: u8,
  smiStatus: u8,
});

export const generalEventsState = describe({ status: u16, enable: u16 });

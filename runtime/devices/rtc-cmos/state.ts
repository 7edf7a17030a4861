import { bytes, describe, integer, real, time, u8 } from '../../snapshot/describe.ts';
import { CMOS_SIZE } from './registers.ts';

export const rtcState = describe({
  /** Bits 0-6 of the last write to port 0x70, and its bit 7. */
  index: u8,
  /** All bytes, except that while time runs the time registers are computed instead. */
  memory: bytes(CMOS_SIZE),
  /** The time at `epoch`, in seconds since 1970-01-01. */
  seconds: integer(-(2 ** 40), 2 ** 40),
  /** The virtual time, in nanoseconds, at which `seconds` began: the divider's phase. */
  epoch: real(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  /** Day of the week minus that of the date. */
  weekdayOffset: integer(0, 6),
  /** The virtual time up to which the flags of register C are right. */
  settled: time,
});

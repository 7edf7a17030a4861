import { decode, decodeHours } from './calendar.ts';
import { DONT_CARE, Register } from './registers.ts';

const DAY = 86400;

/** The time that the alarm registers match: numbers, or -1 for any. */
interface AlarmPattern {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

const isAny = (value: number): boolean => (value & DONT_CARE) === DONT_CARE;

function patternOf(memory: Uint8Array, registerB: number): AlarmPattern {
  const of = (register: number, read: typeof decode): number =>
    isAny(memory[register]) ? -1 : read(memory[register], registerB);
  return {
    hours: of(Register.hoursAlarm, decodeHours),
    minutes: of(Register.minutesAlarm, decode),
    seconds: of(Register.secondsAlarm, decode),
  };
}

/**
 * The first second (since 1970-01-01) after `time` at which the alarm registers match; Infinity if they never do.
 * A unit that does not match is skipped as a whole, so that this takes at most a few hundred steps.
 */
export function nextAlarm(memory: Uint8Array, registerB: number, time: number): number {
  const pattern = patternOf(memory, registerB);
  let candidate = time + 1;
  while (candidate <= time + DAY) {
    const skip = mismatch(pattern, candidate);
    if (skip === 0) return candidate;
    candidate = (Math.floor(candidate / skip) + 1) * skip;
  }
  return Infinity;
}

/** The unit, in seconds, in which a time does not match: an hour, a minute or a second; 0 if it matches. */
function mismatch(pattern: AlarmPattern, time: number): number {
  if (pattern.hours >= 0 && Math.floor(time / 3600) % 24 !== pattern.hours) return 3600;
  if (pattern.minutes >= 0 && Math.floor(time / 60) % 60 !== pattern.minutes) return 60;
  return pattern.seconds >= 0 && time % 60 !== pattern.seconds ? 1 : 0;
}

import { ConfigurationError } from '../index.ts';

const MINUTE = 60_000;
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/;

/**
 * A function that returns the real-time clock's initial time, for `utc`, `localtime`, or a date as in QEMU's `-rtc base=`, which
 * is shown as it is.
 * @throws ConfigurationError if it is none of these
 */
export function clockBase(base: string): () => Date {
  if (base === 'utc') return () => new Date();
  if (base === 'localtime') return localTime;
  const date = new Date(base.includes('T') ? `${base}Z` : base);
  if (!DATE.test(base) || !isInCalendar(date, base))
    throw new ConfigurationError(`'${base}' is no time; give utc, localtime, or a date such as 2026-01-31T12:00:00`);
  return () => date;
}

/** Date takes February 30 for March 2, and 24:00 for the next day. */
function isInCalendar(date: Date, text: string): boolean {
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The host's local time, as if it were UTC. */
function localTime(): Date {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * MINUTE);
}

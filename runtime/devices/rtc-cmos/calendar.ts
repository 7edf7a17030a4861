import { PM, Register, RegisterB } from './registers.ts';

/** A time of day in the calendar; month and day from 1, weekday 1 is Sunday. */
export interface CalendarTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

const DAY = 86400;

/** Days since 1970-01-01 of a date in the Gregorian calendar; days and months beyond their ends count on. */
export function daysOf(year: number, month: number, day: number): number {
  // Years begin in March, so that the leap day is the last of its year.
  const months = year * 12 + month - 3;
  const marchYear = Math.floor(months / 12);
  const monthOfYear = months - marchYear * 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((monthOfYear * 153 + 2) / 5) + day - 1 - 719468;
}

/** The date `days` after 1970-01-01. */
function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const leap = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36524) + Math.floor(dayOfEra / 146096);
  const yearOfEra = Math.floor((dayOfEra - leap) / 365);
  const yearStart = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - yearStart;
  const monthOfYear = Math.floor((dayOfYear * 5 + 2) / 153);
  const month = monthOfYear < 10 ? monthOfYear + 3 : monthOfYear - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((monthOfYear * 153 + 2) / 5) + 1,
  };
}

/** Weekday of a day since 1970-01-01, which was a Thursday; 1 is Sunday. */
export function weekdayOf(days: number): number {
  return ((((days + 4) % 7) + 7) % 7) + 1;
}

/** The calendar time of whole seconds since 1970-01-01. */
export function calendarTime(time: number): CalendarTime {
  const days = Math.floor(time / DAY);
  const second = time - days * DAY;
  return {
    ...dateOf(days),
    weekday: weekdayOf(days),
    hours: Math.floor(second / 3600),
    minutes: Math.floor(second / 60) % 60,
    seconds: second % 60,
  };
}

/** Seconds since 1970-01-01; the weekday does not count. */
export function secondsOf(time: CalendarTime): number {
  const days = daysOf(time.year, time.month, time.day);
  return days * DAY + time.hours * 3600 + time.minutes * 60 + time.seconds;
}

/** A number as register B has it: binary or BCD. */
export function encode(value: number, registerB: number): number {
  return (registerB & RegisterB.binary) !== 0 ? value : (Math.floor(value / 10) << 4) | (value % 10);
}

export function decode(value: number, registerB: number): number {
  return (registerB & RegisterB.binary) !== 0 ? value : (value >> 4) * 10 + (value & 15);
}

/** Hours 0-23 as register B has them: 0-23, or 1-12 with PM in bit 7. */
function encodeHours(hours: number, registerB: number): number {
  if ((registerB & RegisterB.hours24) !== 0) return encode(hours, registerB);
  return encode(hours % 12 === 0 ? 12 : hours % 12, registerB) | (hours >= 12 ? PM : 0);
}

export function decodeHours(value: number, registerB: number): number {
  if ((registerB & RegisterB.hours24) !== 0) return decode(value, registerB);
  return (decode(value & ~PM, registerB) % 12) + ((value & PM) !== 0 ? 12 : 0);
}

/** Writes a time into the time registers of `memory`. */
export function storeTime(memory: Uint8Array, time: CalendarTime, registerB: number): void {
  memory[Register.seconds] = encode(time.seconds, registerB);
  memory[Register.minutes] = encode(time.minutes, registerB);
  memory[Register.hours] = encodeHours(time.hours, registerB);
  memory[Register.dayOfWeek] = encode(time.weekday, registerB);
  memory[Register.dayOfMonth] = encode(time.day, registerB);
  memory[Register.month] = encode(time.month, registerB);
  memory[Register.year] = encode(time.year % 100, registerB);
  memory[Register.century] = encode(Math.floor(time.year / 100), registerB);
}

/** Reads a time from the time registers of `memory`. */
export function loadTime(memory: Uint8Array, registerB: number): CalendarTime {
  const read = (register: number): number => decode(memory[register], registerB);
  return {
    seconds: read(Register.seconds),
    minutes: read(Register.minutes),
    hours: decodeHours(memory[Register.hours], registerB),
    weekday: read(Register.dayOfWeek),
    day: read(Register.dayOfMonth),
    month: read(Register.month),
    year: read(Register.century) * 100 + read(Register.year),
  };
}

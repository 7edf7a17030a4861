import { ConfigurationError } from '../../index.ts';

const KILO = 1024;
const units = 'bkmgt';
const MEGABYTE = KILO ** 2;

/**
 * Bytes of a size as Docker has it: a number, and a unit (b, k, m, g, t; none: bytes), as in 512m, 1g, 64MB or 1.5GiB.
 * @param flag its name, for messages
 * @throws ConfigurationError also for less than a kilobyte: nobody means that
 */
export function sizeOf(flag: string, text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([bkmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  if (digits === undefined) throw new ConfigurationError(`${flag} ${text}: give a size such as 512m or 1g`);
  const bytes = Math.floor(Number(digits) * KILO ** Math.max(0, units.indexOf(unit.toLowerCase())));
  if (bytes < KILO) throw new ConfigurationError(`${flag} ${text}: ${bytes} bytes; ${digits}m is ${digits} MB`);
  return bytes;
}

/** Megabytes of a machine that has at least so much memory. */
export const megabytesOf = (flag: string, text: string): number => Math.ceil(sizeOf(flag, text) / MEGABYTE);

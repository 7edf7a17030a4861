import { MonitorError } from './error.ts';

/** @throws MonitorError in QEMU's words */
export function parseNumber(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new MonitorError(`Error: Parameter '${name}' expects a non-negative number below 2^64`);
}

const units = { B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;

/**
 * Bytes of a size in megabytes, or with a unit.
 * @throws MonitorError in QEMU's words
 */
export function parseMegabytes(text: string): number {
  const [, digits, unit = 'M'] = /^(\d+(?:\.\d+)?)([BKMGT])?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(digits) * units[unit.toUpperCase() as keyof typeof units]);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new MonitorError(`Error: Invalid size ${text}`);
}

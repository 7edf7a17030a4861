import { shown } from '../util/checks.ts';
import { ConfigurationError, within } from '../util/errors.ts';

const megabyte = 1 << 20;
const units: Readonly<Record<string, number>> = { K: 1024, M: megabyte, G: 1024 * megabyte };
/** The software TLB keeps bit 31 of an offset in memory for itself. */
const largestMemory = 2047 * megabyte;
/** With a BIOS of any usual size, a display adapter and network cards that have ROMs. */
export const usualMost = 2020 * megabyte;
/** Firmware and what it boots may do with what the first PCs had. */
const smallest = { kernel: 8 * megabyte, demo: 2 * megabyte, bios: megabyte } as const;
/** The kinds of boot by how much memory they need: a kernel needs most. */
export type Booted = keyof typeof smallest;

/**
 * Bytes that a size means: a number of megabytes, or digits with a unit (K, M, G; none: megabytes).
 * @throws ConfigurationError
 */
export function memorySize(size: number | string): number {
  const text = typeof size === 'number' ? String(size) : size;
  const match = typeof text === 'string' && /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(text);
  if (!match)
    throw new ConfigurationError(`${shown(text)} is not a memory size; give megabytes, or a size such as 512M or 1G`);
  return Math.floor(Number(match[1]) * units[match[2].toUpperCase() || 'M']);
}

/**
 * The memory in bytes, if a machine can have it; by what it boots.
 * @throws ConfigurationError
 */
export function checkedMemory(size: number | string, booted: Booted): number {
  const bytes = within('memory', () => memorySize(size));
  if (bytes < smallest[booted])
    throw new ConfigurationError(
      `${inMegabytes(bytes)} of memory is too little; at least ${inMegabytes(smallest[booted])} is needed`,
    );
  if (bytes > largestMemory)
    throw new ConfigurationError(
      `${inMegabytes(bytes)} of memory is too much; at most ${inMegabytes(largestMemory)} is possible, less what the BIOS and the display adapter have (give ${inMegabytes(usualMost)})`,
    );
  if (bytes % megabyte !== 0)
    throw new ConfigurationError(`${bytes} bytes of memory are not a whole number of megabytes`);
  return bytes;
}

/**
 * How many of these bytes are below 4 GB if at most `size` are; more than there are means all.
 * @throws ConfigurationError
 */
export function checkedMemoryBelow4G(size: number | string, memoryBytes: number, booted: Booted): number {
  return within('memoryBelow4G', () => (memorySize(size) >= memoryBytes ? memoryBytes : checkedMemory(size, booted)));
}

function inMegabytes(bytes: number): string {
  return `${Number((bytes / megabyte).toFixed(2))} MB`;
}

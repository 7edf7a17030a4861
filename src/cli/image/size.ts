import { ConfigurationError } from '../../index.ts';

const units = 'bkMGTPE';

/**
 * A size as qemu-img takes it, such as 64M or 1.5G; bytes without a unit.
 * @throws ConfigurationError if it is none, or not a whole number of bytes
 */
export function parseSize(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([bkKMGTPE]?)$/.exec(text) ?? [];
  const bytes = Number(digits) * 1024 ** units.indexOf(unit === 'K' ? 'k' : unit || 'b');
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new ConfigurationError(`'${text}' is not a size; sizes are such as 1048576, 512k, 64M or 1.5G`);
}

import { ConfigurationError } from '../index.ts';
import { parseSwitch } from './properties.ts';

/** Properties of QEMU's -drive that change nothing that a guest sees, with the values that they may have. */
const choices: Readonly<Record<string, readonly string[]>> = {
  cache: ['none', 'off', 'directsync', 'writeback', 'writethrough', 'unsafe'],
  aio: ['threads', 'native', 'io_uring'],
  discard: ['ignore', 'off', 'unmap', 'on'],
  'detect-zeroes': ['off', 'on', 'unmap'],
};
const switches = ['cache.direct', 'cache.no-flush', 'copy-on-read', 'auto-read-only'];

/** Their names. */
export const ignoredDriveProperties: readonly string[] = [...Object.keys(choices), ...switches];

/**
 * Without effect they are, but not whatever they say: a mistyped value is told, as by QEMU.
 * @throws ConfigurationError that names the values that there are
 */
export function checkIgnoredDriveProperties(properties: Readonly<Record<string, string>>): void {
  for (const [name, values] of Object.entries(choices)) {
    const value = properties[name];
    if (value === undefined || values.includes(value)) continue;
    throw new ConfigurationError(`${name}=${value} is not possible; ${name} is ${listed(values)}`);
  }
  for (const name of switches) {
    const value = properties[name];
    if (value !== undefined) parseSwitch(name, value);
  }
}

const listed = (values: readonly string[]): string => `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

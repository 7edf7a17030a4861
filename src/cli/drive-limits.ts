import { checkedDriveLimits } from '../drives/throttle/limits.ts';
import { limitsByCommandName, limitsByPropertyName } from '../drives/throttle/names.ts';
import type { DriveOptions } from '../index.ts';
import { parseInteger } from './properties.ts';

const numbers = new Map([...limitsByCommandName, ...limitsByPropertyName]);
const groups = ['throttling.group', 'group'];

/** Properties of -drive that limit what it reads and writes: QEMU's, with their older names. */
export const throttleProperties: readonly string[] = [...numbers.keys(), ...groups];

/**
 * The limits among the properties of a drive.
 * @throws ConfigurationError for those that cannot be
 */
export function driveLimitsIn(properties: Readonly<Record<string, string>>): Pick<DriveOptions, 'limits'> {
  const given = [...numbers].flatMap(([name, limit]) =>
    properties[name] === undefined ? [] : [[limit, parseInteger(name, properties[name])]],
  );
  const group = groups.map((name) => properties[name]).find((name) => name !== undefined);
  if (given.length === 0 && group === undefined) return {};
  return { limits: checkedDriveLimits({ ...Object.fromEntries(given), ...(group !== undefined && { group }) }) };
}

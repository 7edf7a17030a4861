import { checkString } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';

const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** A UUID as it is shown; zeros if there is none. */
export const uuidText = (uuid = NO_UUID): string => uuid.toLowerCase();

/** The text of a UUID with these bytes, in the order in which it is written. */
export function uuidFromBytes(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * The bytes of a UUID, in the order in which it is written.
 * @param option what it is the value of, for the error
 * @throws ConfigurationError
 */
export function uuidBytes(option: string, uuid: string): number[] {
  checkString(option, uuid);
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(uuid))
    throw new ConfigurationError(`failed to parse UUID string '${uuid}': wrong format; it is such as ${NO_UUID}`);
  return uuid
    .replaceAll('-', '')
    .match(/../g)!
    .map((digits) => Number.parseInt(digits, 16));
}

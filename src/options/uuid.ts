import { checkString } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';

const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** A UUID as it is shown; zeros if there is none. */
export const uuidText = (uuid = NO_UUID): string => uuid.toLowerCase();

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

import { ConfigurationError } from '../util/errors.ts';
import type { Examine } from './types.ts';

/**
 * Wakes a guest that is suspended to RAM, as its power button does.
 * @throws ConfigurationError if it is not suspended
 */
export async function wakeSuspended(examine: Examine): Promise<void> {
  if (await examine('wake')) return;
  throw new ConfigurationError('Unable to wake up: guest is not in suspended state');
}

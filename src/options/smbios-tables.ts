import { smbiosImage } from '../../runtime/firmware/smbios/index.ts';
import type { SystemDescription } from '../../runtime/machine/config.ts';
import { ConfigurationError } from '../util/errors.ts';

/** Bytes of all tables that our firmware has room for. */
const MOST_BYTES = 1536;

/**
 * Makes the SMBIOS tables of a description, to see how long they are. Only machines with a description load what makes them here.
 * @throws ConfigurationError if firmware has no room for them
 */
export function checkSmbiosTables(system: SystemDescription): void {
  const { tables } = smbiosImage({ ...system, cpuid: [0, 0], ram: [0, 1] });
  if (tables.length <= MOST_BYTES) return;
  throw new ConfigurationError(
    `the SMBIOS tables have ${tables.length} bytes, and firmware has room for ${MOST_BYTES}; give shorter texts`,
    'smbios',
  );
}

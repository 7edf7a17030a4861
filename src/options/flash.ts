import type { DriveOptions } from '../drives/options.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Boot } from './options.ts';

type Drives = readonly (string | DriveOptions)[] | undefined;

/** Whether one of some drives, which may not be checked yet, is a flash chip. */
export function hasFlash(drives: Drives): boolean {
  return Array.isArray(drives) && drives.some((drive) => drive?.interface === 'pflash');
}

/**
 * Checks that the boot options and the flash chips go together.
 * @throws ConfigurationError
 */
export function checkFlash(boot: Boot, drives: Drives): void {
  const isThere = hasFlash(drives);
  if ('flash' in boot && !isThere)
    throw new ConfigurationError(
      "boot.flash: there is no flash chip; give a drive with interface: 'pflash' (-drive if=pflash,file=FILE)",
    );
  if (!isThere || 'flash' in boot || 'demo' in boot) return;
  const what = 'bios' in boot ? 'leave out boot.bios (-bios) or the chip' : 'give boot.flash, or leave out the chip';
  throw new ConfigurationError(`the firmware is what the flash chip has (pflash0); ${what}`);
}

import type { Boot } from '../index.ts';
import { drivesOf, unusedDrives } from './drive-flags.ts';
import { cardsOf } from './network-flags.ts';
import type { Settings } from './settings.ts';

/** A warning if firmware can boot from nothing that the machine has: the BIOS of our own has no driver for SCSI controllers. */
export function bootWarnings(settings: Settings, boot: Boot): string[] {
  if ('kernel' in boot || !('bios' in boot) || boot.bios !== 'rawiron') return [];
  const media = drivesOf(settings).filter((drive) => typeof drive === 'string' || drive.image !== undefined);
  const isScsi = (drive: (typeof media)[number]) => typeof drive !== 'string' && drive.interface === 'scsi';
  const hasMore = unusedDrives(settings).length > 0 || cardsOf(settings).some(({ rom }) => rom !== undefined);
  if (media.length === 0 || hasMore || !media.every(isScsi)) return [];
  return ['the BIOS that is used does not boot from SCSI drives; give -bios seabios, which does'];
}

import type { Saved } from '../../runtime/snapshot/describe.ts';
import { type DriveOptions, driveName } from '../drives/options.ts';
import { SnapshotError } from '../snapshot/layout.ts';
import { isRecord } from '../snapshot/options.ts';
import { MissingImageError } from '../util/errors.ts';
import { printable } from '../util/printable.ts';
import { NAME } from './records.ts';

/** The medium in a drive of a machine that is on its way. */
interface AnnouncedMedium {
  readonly sectors: number;
  readonly isReadOnly: boolean;
  /** For messages. */
  readonly image: string;
  /** It comes with the machine. */
  readonly isInMemory: boolean;
}

/** By the names of the drives; an empty one has none. */
export type AnnouncedMedia = ReadonlyMap<string, AnnouncedMedium>;

/** No larger disk in memory is made for somebody who only says that there is one, in sectors: a snapshot holds no larger one. */
const MOST_SECTORS = 2 ** 21;

/** @throws SnapshotError if it is none */
export function checkedAnnouncement(saved: Saved | undefined): AnnouncedMedia {
  if (!isRecord(saved)) throw foreign();
  return new Map(Object.entries(saved).map(([name, medium]) => [name, checkedMedium(medium)]));
}

function checkedMedium(saved: Saved): AnnouncedMedium {
  if (!isRecord(saved)) throw foreign();
  const { sectors, isReadOnly, image, isInMemory } = saved;
  const isSize = typeof sectors === 'number' && Number.isSafeInteger(sectors) && sectors >= 0;
  if (!isSize || typeof isReadOnly !== 'boolean' || typeof image !== 'string' || typeof isInMemory !== 'boolean')
    throw foreign();
  if (isInMemory && sectors > MOST_SECTORS) throw foreign();
  return { sectors, isReadOnly, image, isInMemory };
}

function foreign(): SnapshotError {
  return new SnapshotError(NAME, 'what it says of the drives is not what drives have');
}

/**
 * A drive of the same machine here. A disk in memory is there as far as its size is known; what is on it comes later.
 * @throws MissingImageError if its image has to be named
 */
export function announcedDrive(drive: DriveOptions, media: AnnouncedMedia): DriveOptions {
  const medium = media.get(driveName(drive));
  if (medium === undefined) return drive;
  const { sectors, isReadOnly: readOnly, image } = medium;
  if (medium.isInMemory) return { ...drive, image: new Uint8Array(sectors * 512), format: 'raw', readOnly };
  throw new MissingImageError(driveName(drive), printable(image));
}

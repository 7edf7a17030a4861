import { ConfigurationError } from '../util/errors.ts';
import type { DriveOptions, DrivePlan } from './options.ts';
import type { SavedMedium } from './saved-medium.ts';

/**
 * A drive for a second machine, which goes on beside the first one.
 * @param image the name of what is in it; null: nothing
 * @throws ConfigurationError if the first machine writes to its image
 */
export function forkedDrive(plan: DrivePlan, image: string | null, medium: SavedMedium | undefined): DriveOptions {
  const { interface: kind, index, media, serial, bootIndex, options, bus, port, device } = plan;
  const { id } = options;
  const place = {
    interface: kind,
    index,
    media,
    ...(serial !== undefined && { serial }),
    ...(id !== undefined && { id }),
    ...(bootIndex !== undefined && { bootIndex }),
    ...(bus !== undefined && { bus }),
    ...(port !== undefined && { port }),
    ...(device !== undefined && { device }),
  };
  if (medium === undefined || image === null) return place;
  const { isReadOnly: readOnly, contents, changes } = medium;
  if (contents) return { ...place, image: contents, format: 'raw', readOnly };
  if (!readOnly && !changes)
    throw new ConfigurationError(
      `${plan.name}: ${image} is written by this machine, so another one cannot have it; start this one so that changes are forgotten (snapshot)`,
    );
  // A medium that was put in later has the name of its file.
  const given = options.image instanceof Blob ? options.image : image;
  const format = options.image === image && options.format;
  return { ...place, image: given, readOnly, snapshot: changes !== undefined, ...(format && { format }) };
}

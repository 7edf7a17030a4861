import { FleetError } from '../error.ts';
import { removeGarbage } from '../garbage.ts';
import { connectorOf, type Flags, parsed, placeFlags, placeOf } from './settings.ts';

export const cleanFlags: Flags = placeFlags;

/** Removes what nothing in the store names any more. */
export async function cleanCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, cleanFlags);
  if (words.rest.length > 0) throw new FleetError(`unexpected argument '${words.rest[0]}'`);
  const place = placeOf(words);
  const redis = connectorOf(place)();
  try {
    const { objects, bytes, away } = await removeGarbage(redis, place.store);
    process.stdout.write(
      `${objects} objects removed, ${(bytes / 2 ** 20).toFixed(1)} MB; ${away} more may go in a day\n`,
    );
  } finally {
    redis.disconnect();
  }
  return 0;
}

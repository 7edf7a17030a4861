import { availableParallelism } from 'node:os';
import { shownAddress } from '../redis.ts';
import { FleetWorker } from '../worker.ts';
import {
  asked,
  checkSettings,
  confinementFlags,
  confinementOf,
  connectorOf,
  type Flags,
  keptLog,
  number,
  parsed,
  placeFlags,
  placeOf,
  strictFlags,
} from './settings.ts';

export const workerFlags: Flags = {
  ...placeFlags,
  ...confinementFlags,
  slots: { value: 'N', help: 'jobs at the same time (one a processor)' },
  ...strictFlags,
};

/** Works on jobs until the process is asked to end. */
export async function workerCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, workerFlags);
  const place = placeOf(words);
  const slots = number(words, 'slots') ?? availableParallelism();
  using kept = keptLog(place, 'worker');
  await checkSettings(words, 'worker', kept.write);
  await using worker = await FleetWorker.start({
    ...{ connect: connectorOf(place), store: place.store, slots, log: kept.write },
    ...{ isolate: words.values.isolate === true, confinement: confinementOf(words) },
  });
  kept.write(`worker ${worker.name}, ${slots} jobs at a time, ${shownAddress(place.redis)}, ${place.store.place}`);
  await asked();
  kept.write('ends when its jobs have ended');
  return 0;
}

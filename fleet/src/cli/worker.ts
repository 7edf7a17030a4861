import { availableParallelism } from 'node:os';
import { shownAddress } from '../redis.ts';
import { FleetWorker } from '../worker.ts';
import { healthFlags, serveHealth } from './health.ts';
import { logFlags, serverLog } from './server-log.ts';
import {
  asked,
  checkSettings,
  confinementFlags,
  confinementOf,
  type Flags,
  number,
  parsed,
  placeFlags,
  placeOf,
  strictFlags,
} from './settings.ts';

export const workerFlags: Flags = {
  ...placeFlags,
  ...confinementFlags,
  ...healthFlags,
  ...logFlags,
  slots: { value: 'N', help: 'jobs at the same time (one a processor)' },
  ...strictFlags,
};

/** Works on jobs until the process is asked to end. */
export async function workerCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, workerFlags);
  const place = placeOf(words);
  const slots = number(words, 'slots') ?? availableParallelism();
  using kept = serverLog(words, place, 'worker');
  await checkSettings(words, 'worker', kept.write);
  await using worker = await FleetWorker.start({
    ...{ connect: kept.connect, store: place.store, slots, log: kept.write },
    ...{ isolate: words.values.isolate === true, confinement: await confinementOf(words, place, kept.write) },
  });
  // Ready is what has begun.
  await using _health = await serveHealth(words, kept.connect);
  kept.write(`worker ${worker.name}, ${slots} jobs at a time, ${shownAddress(place.redis)}, ${place.store.place}`);
  await asked();
  kept.write('ends when its jobs have ended');
  return 0;
}

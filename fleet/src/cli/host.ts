import { totalmem } from 'node:os';
import { openByTenant } from '../confined/confined-machine.ts';
import { FleetError } from '../error.ts';
import { FleetHost } from '../machines/host.ts';
import {
  asked,
  confinementFlags,
  confinementOf,
  connectorOf,
  type Flags,
  keptLog,
  number,
  parsed,
  placeFlags,
  placeOf,
  sizeOf,
  type Words,
} from './settings.ts';

export const hostFlags: Flags = {
  ...placeFlags,
  ...confinementFlags,
  memory: { value: 'SIZE', help: 'memory for machines, such as 8G (three quarters of what there is)' },
  lease: { value: 'SECONDS', help: 'how long it may be silent before others take its machines (10)' },
};

/** Runs machines until the process is asked to end. */
export async function hostCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, hostFlags);
  const place = placeOf(words);
  const memory = memoryOf(words);
  using kept = keptLog(place, 'host');
  await using host = await FleetHost.start({
    ...{ connect: connectorOf(place), store: place.store, memory, log: kept.write },
    lease: leaseOf(words),
    open: openByTenant(confinementOf(words), words.values.isolate === true),
  });
  kept.write(`host ${host.id}, ${(memory / 2 ** 30).toFixed(1)} GB for machines, ${place.redis}, ${place.store.place}`);
  await asked();
  kept.write('gives its machines to other hosts');
  return 0;
}

/** Bytes for machines. */
export function memoryOf(words: Words): number {
  return sizeOf(words, 'memory') ?? Math.floor(totalmem() * 0.75);
}

function leaseOf(words: Words): number {
  const seconds = number(words, 'lease') ?? 10;
  if (seconds < 1 || seconds > 600) throw new FleetError(`--lease ${seconds}: give 1 to 600 seconds`);
  return seconds * 1000;
}

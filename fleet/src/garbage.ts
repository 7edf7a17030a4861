import type { Redis } from 'ioredis';
import { FleetError } from './error.ts';
import { listAllImages } from './images.ts';
import { Registry } from './machines/registry.ts';
import { StoredMachines } from './machines/stored-machines.ts';
import { LEAST_AGE, listPieces, MANIFESTS, manifestKey, PIECES, pieceKey } from './pieces.ts';
import { namedByRuns } from './run.ts';
import type { ObjectStore, StoredObject } from './store.ts';

/** Counts of what was removed. */
export interface Removed {
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Removes pieces of snapshots that nothing names any more: no image, no machine, no run that may still have jobs to do.
 * @param age milliseconds that an object has been there at least; what is being written may not be named yet
 * @throws FleetError for less than a day
 */
export async function removeGarbage(redis: Redis, store: ObjectStore, age: number = LEAST_AGE): Promise<Removed> {
  if (!(age >= LEAST_AGE)) throw new FleetError('what is younger than a day may be needed by who is writing now');
  return await removeUnnamed(store, await namedManifests(redis, store), age);
}

async function namedManifests(redis: Redis, store: ObjectStore): Promise<Set<string>> {
  const images = (await listAllImages(store)).map(({ manifest }) => manifest);
  const machines = (await new Registry(redis).list()).map(({ manifest }) => manifest);
  // Redis may have lost what the store knows.
  const stored = await new StoredMachines(store).manifests();
  return new Set([...images, ...machines, ...stored, ...(await namedByRuns(redis))]);
}

/** Removes lists of pieces that are not named, and pieces that are on no list. */
export async function removeUnnamed(store: ObjectStore, named: ReadonlySet<string>, age: number): Promise<Removed> {
  const kept = new Set<string>();
  for (const manifest of named) {
    kept.add(manifestKey(manifest));
    for (const digest of await listPieces(store, manifest)) kept.add(pieceKey(digest));
  }
  const removed = { objects: 0, bytes: 0 };
  for (const prefix of [MANIFESTS, PIECES]) {
    for (const { key, bytes } of (await store.list(prefix)).filter((object) => isOld(object, age))) {
      // It may have been written again meanwhile.
      if (kept.has(key) || !isOld(await store.find(key), age)) continue;
      await store.remove(key);
      removed.objects++;
      removed.bytes += bytes;
    }
  }
  return removed;
}

const isOld = (object: StoredObject | undefined, age: number): boolean => object !== undefined && object.age >= age;

import type { Redis } from 'ioredis';
import { BLOBS, blobKey } from './blobs.ts';
import { FleetError, PermanentError } from './error.ts';
import { FOSSILS, fossilKey, LEAST_AGE } from './fossils.ts';
import { listAllImages } from './images.ts';
import { checkEpoch } from './machines/epoch.ts';
import { Registry } from './machines/registry.ts';
import { StoredMachines } from './machines/stored-machines.ts';
import { listPieces, MANIFESTS, manifestKey, PIECES, pieceKey } from './pieces.ts';
import { allRuns, type Run } from './run.ts';
import { sortRunFolders } from './run-folders.ts';
import type { ObjectStore, StoredObject } from './store.ts';
import { OPERATOR, tenantOf } from './tenants/names.ts';
import { TENANTS, tenantStore } from './tenants/store.ts';

/** Counts of what was removed for good, and of what was taken away, to be removed later. */
export interface Removed {
  readonly objects: number;
  readonly bytes: number;
  readonly away: number;
}

/** Names of objects that are needed. */
type Kept = ReadonlySet<string>;

/**
 * Removes what nothing names any more. Pieces of snapshots that no image, no machine and no run names, and texts of jobs that no run names, are taken away
 * first, and removed a day later. All that runs have left which are over for more than a week is removed at once.
 * @param age milliseconds that an object has been there at least; what is being written may not be named yet
 * @throws FleetError for less than a day
 */
export async function removeGarbage(redis: Redis, store: ObjectStore, age: number = LEAST_AGE): Promise<Removed> {
  if (!(age >= LEAST_AGE)) throw new FleetError('what is younger than a day may be needed by who is writing now');
  // A Redis that was emptied names nothing that the store still has.
  await checkEpoch(redis, store);
  const removal = new Removal(age);
  // Before the store is looked at: what is submitted meanwhile is young.
  const known = await allRuns(redis);
  const runs: Run[] = [...known];
  const parts = await partsOf(store);
  for (const tenant of parts) {
    const { kept, forgotten } = await sortRunFolders(store, tenant, new Set(known.map(({ id }) => id)));
    runs.push(...kept);
    for (const object of forgotten) await removal.remove(tenantStore(store, tenant), object);
  }
  const common = await keptPieces(store, await namedManifests(redis, store, runs));
  await removal.sweep(store, [MANIFESTS, PIECES], common);
  for (const tenant of parts) {
    const texts = runs.filter(({ id }) => tenantOf(id) === tenant).map(({ work }) => blobKey(work.digest));
    await removal.sweep(tenantStore(store, tenant), [BLOBS], new Set(texts));
  }
  await store.removeUnfinished(age);
  return removal.removed;
}

/** Tenants that have something in a store, and none. */
async function partsOf(store: ObjectStore): Promise<readonly string[]> {
  const names = (await store.list(TENANTS)).map(({ key }) => key.slice(TENANTS.length).split('/')[0]!);
  return [OPERATOR, ...new Set(names)];
}

async function namedManifests(redis: Redis, store: ObjectStore, runs: readonly Run[]): Promise<Set<string>> {
  const images = (await listAllImages(store)).map(({ manifest }) => manifest);
  const machines = (await new Registry(redis).list()).map(({ manifest }) => manifest);
  // Redis may have lost what the store knows.
  const stored = await new StoredMachines(store).manifests();
  return new Set([...images, ...machines, ...stored, ...runs.map(({ image }) => image)]);
}

/** Removes lists of pieces that are not named, and pieces that are on no list. */
export async function removeUnnamed(store: ObjectStore, named: ReadonlySet<string>, age: number): Promise<Removed> {
  const removal = new Removal(age);
  await removal.sweep(store, [MANIFESTS, PIECES], await keptPieces(store, named));
  return removal.removed;
}

/** Lists of pieces that are named, and the pieces on them. */
async function keptPieces(store: ObjectStore, named: ReadonlySet<string>): Promise<Kept> {
  const kept = new Set<string>();
  for (const manifest of named) {
    kept.add(manifestKey(manifest));
    for (const digest of await piecesIfThere(store, manifest)) kept.add(pieceKey(digest));
  }
  return kept;
}

/** A list that is gone or damaged holds up nothing: whoever needs it is told. */
async function piecesIfThere(store: ObjectStore, manifest: string): Promise<readonly string[]> {
  try {
    return await listPieces(store, manifest);
  } catch (error) {
    if (error instanceof PermanentError) return [];
    throw error;
  }
}

/** One removal of what is not needed. */
class Removal {
  readonly #age: number;
  readonly #removed = { objects: 0, bytes: 0, away: 0 };

  constructor(age: number) {
    this.#age = age;
  }

  get removed(): Removed {
    return { ...this.#removed };
  }

  async remove(store: ObjectStore, { key, bytes }: StoredObject): Promise<void> {
    await store.remove(key);
    this.#removed.objects++;
    this.#removed.bytes += bytes;
  }

  /** Takes away what is old and not needed, removes what was away for long, and puts back what was taken away and is needed. */
  async sweep(store: ObjectStore, prefixes: readonly string[], kept: Kept): Promise<void> {
    // Those that are made here are for the next time.
    for (const prefix of prefixes) await this.#sweepFossils(store, prefix, kept);
    for (const prefix of prefixes) await this.#sweepObjects(store, prefix, kept);
  }

  async #sweepFossils(store: ObjectStore, prefix: string, kept: Kept): Promise<void> {
    for (const fossil of await store.list(fossilKey(prefix))) {
      const key = fossil.key.slice(FOSSILS.length);
      if (kept.has(key)) await store.move(fossil.key, key);
      else if (this.#isOld(fossil)) await this.remove(store, fossil);
    }
  }

  async #sweepObjects(store: ObjectStore, prefix: string, kept: Kept): Promise<void> {
    for (const object of await store.list(prefix)) {
      if (kept.has(object.key) || !this.#isOld(object)) continue;
      // It may have been written again meanwhile.
      if (!this.#isOld(await store.find(object.key))) continue;
      await store.move(object.key, fossilKey(object.key));
      this.#removed.away++;
    }
  }

  #isOld(object: StoredObject | undefined): boolean {
    return object !== undefined && object.age >= this.#age;
  }
}

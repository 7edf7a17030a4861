import type { ObjectStore } from './store.ts';

/** Milliseconds: what nothing names is not taken away before it is so old, and not removed before it was away for so long. */
export const LEAST_AGE = 24 * 3600_000;

/** Objects that nothing names are put below this first. */
export const FOSSILS = 'fossils/';
export const fossilKey = (key: string): string => `${FOSSILS}${key}`;

/*
 * Objects whose names are digests of their bytes are removed in two steps, without a lock ("Lock-free deduplication", Duplicacy's design): one that nothing
 * names becomes a fossil, and a fossil that nothing has named for a day is removed. A host may begin to use an object again in the moment in which it is
 * taken away. Whoever reads it then finds the fossil, and puts it back.
 */

/** The bytes of an object, or of its fossil, which is put back. Undefined: there is neither. */
export async function getKept(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  const bytes = await store.get(key);
  if (bytes !== undefined) return bytes;
  const fossil = await store.get(fossilKey(key));
  // Others may have put it back meanwhile.
  if (fossil === undefined) return await store.get(key);
  await store.put(key, fossil);
  return fossil;
}

/**
 * Writes an object that is named by its bytes unless it is there, and again if it is so old that it may be about to be taken away.
 * @returns milliseconds for which it need not be written again
 */
export async function putKept(store: ObjectStore, key: string, bytes: () => Uint8Array): Promise<number> {
  const age = (await store.find(key))?.age ?? LEAST_AGE;
  if (age < LEAST_AGE / 2) return LEAST_AGE / 2 - age;
  await store.put(key, bytes());
  return LEAST_AGE / 2;
}

import { digestOf } from './digest.ts';
import { PermanentError } from './error.ts';
import { getKept, putKept } from './fossils.ts';
import type { ObjectStore } from './store.ts';

/** Texts of jobs' modules and scripts are below this. */
export const BLOBS = 'blobs/';
export const blobKey = (digest: string): string => `${BLOBS}${digest}`;

/** Stores bytes once, by their digest, which it gives. */
export async function putBlob(store: ObjectStore, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  await putKept(store, blobKey(digest), () => bytes);
  return digest;
}

/** @throws PermanentError if there are none, or they are damaged */
export async function getBlob(store: ObjectStore, digest: string): Promise<Uint8Array> {
  const bytes = await getKept(store, blobKey(digest));
  if (bytes === undefined) throw new PermanentError(`the store lacks ${blobKey(digest)}`);
  if (digestOf(bytes) !== digest) throw new PermanentError(`${blobKey(digest)} is damaged in the store`);
  return bytes;
}

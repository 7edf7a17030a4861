import { digestOf } from './digest.ts';
import { PermanentError } from './error.ts';
import type { ObjectStore } from './store.ts';

const bytesKey = (digest: string) => `blobs/${digest}`;

/** Stores bytes once, by their digest, which it gives. */
export async function putBlob(store: ObjectStore, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  if ((await store.find(bytesKey(digest))) === undefined) await store.put(bytesKey(digest), bytes);
  return digest;
}

/** @throws PermanentError if there are none, or they are damaged */
export async function getBlob(store: ObjectStore, digest: string): Promise<Uint8Array> {
  const bytes = await store.get(bytesKey(digest));
  if (bytes === undefined) throw new PermanentError(`the store lacks ${bytesKey(digest)}`);
  if (digestOf(bytes) !== digest) throw new PermanentError(`${bytesKey(digest)} is damaged in the store`);
  return bytes;
}

import { createHash } from 'node:crypto';
import { FleetError } from './error.ts';
import type { ObjectStore } from './store.ts';

/** An image: a snapshot of a machine, by a name. */
export interface Image {
  readonly name: string;
  /** SHA-256 of its bytes, in hexadecimal digits. */
  readonly digest: string;
  readonly bytes: number;
}

const recordKey = (name: string) => `images/${name}`;
const bytesKey = (digest: string) => `blobs/${digest}`;

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Stores bytes once, by their digest, which it gives. */
export async function putBlob(store: ObjectStore, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  if (!(await store.has(bytesKey(digest)))) await store.put(bytesKey(digest), bytes);
  return digest;
}

/** @throws FleetError if there are none, or they are damaged */
export async function getBlob(store: ObjectStore, digest: string): Promise<Uint8Array> {
  const bytes = await store.get(bytesKey(digest));
  if (bytes === undefined) throw new FleetError(`the store lacks ${bytesKey(digest)}`);
  if (digestOf(bytes) !== digest) throw new FleetError(`${bytesKey(digest)} is damaged in the store`);
  return bytes;
}

/** Stores a snapshot as an image, in the place of another one of that name. Jobs that wait keep the one that they were given. */
export async function putImage(store: ObjectStore, name: string, snapshot: Uint8Array): Promise<Image> {
  const image = { name, digest: await putBlob(store, snapshot), bytes: snapshot.length };
  await store.put(recordKey(name), new TextEncoder().encode(JSON.stringify(image)));
  return image;
}

/** @throws FleetError if there is none */
export async function findImage(store: ObjectStore, name: string): Promise<Image> {
  const record = await store.get(recordKey(name));
  if (record === undefined)
    throw new FleetError(`there is no image '${name}'; 'rawiron-fleet image add ${name} FILE' stores a snapshot`);
  return JSON.parse(new TextDecoder().decode(record)) as Image;
}

export async function listImages(store: ObjectStore): Promise<readonly Image[]> {
  const keys = await store.list(recordKey(''));
  return await Promise.all(keys.map((key) => findImage(store, key.slice(recordKey('').length))));
}

/** Removes an image's name. Its bytes stay while a run may need them. */
export async function removeImage(store: ObjectStore, name: string): Promise<void> {
  await findImage(store, name);
  await store.remove(recordKey(name));
}

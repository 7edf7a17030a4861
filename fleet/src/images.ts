import { Machine } from 'rawiron';
import { FleetError } from './error.ts';
import type { MachineCard } from './machines/record.ts';
import { SnapshotStore } from './pieces.ts';
import { checkedKey, type ObjectStore } from './store.ts';
import { OPERATOR } from './tenants/names.ts';
import { TENANTS, tenantStore } from './tenants/store.ts';

/** An image: a snapshot of a machine, by a name. */
export interface Image {
  readonly name: string;
  /** Digest of the list of its pieces. */
  readonly manifest: string;
  /** Bytes of the guest's memory. */
  readonly memory: number;
  /** Its network cards. Missing: it was added before images told of them. */
  readonly cards?: readonly MachineCard[];
}

export const IMAGES = 'images/';
const recordKey = (name: string) => checkedKey(`${IMAGES}${name}`);

/**
 * Stores a snapshot as an image, in the place of another one of that name. Jobs that wait keep the one that they were given.
 * @param check throws if it is not to have its name: its tenant may be removed while it is stored
 * @throws FleetError for what no machine can go on from
 */
export async function putImage(
  store: ObjectStore,
  name: string,
  snapshot: Uint8Array,
  check: () => Promise<void> = async () => {},
): Promise<Image> {
  recordKey(name);
  const { bytes, ...rest } = await withoutCompression(snapshot);
  const image = { name, manifest: await new SnapshotStore(store).put(bytes), ...rest };
  await check();
  await nameImage(store, image);
  try {
    await check();
  } catch (error) {
    await store.remove(recordKey(name));
    throw error;
  }
  return image;
}

/** Gives a snapshot that is in the store a name. */
export async function nameImage(store: ObjectStore, image: Image): Promise<void> {
  await store.put(recordKey(image.name), new TextEncoder().encode(JSON.stringify(image)));
}

/** Pieces of snapshots are alike only where they are not compressed. */
async function withoutCompression(
  snapshot: Uint8Array,
): Promise<Required<Pick<Image, 'memory' | 'cards'>> & { bytes: Uint8Array }> {
  try {
    await using machine = await Machine.restore(snapshot);
    const cards = machine.network.map(({ model, mac }) => ({ model, mac }));
    return { bytes: await machine.snapshot({ compression: 'none' }), memory: machine.memoryBytes, cards };
  } catch (error) {
    throw new FleetError(`no machine can go on from it: ${(error as Error).message}`);
  }
}

/** @throws FleetError if there is none */
export async function findImage(store: ObjectStore, name: string): Promise<Image> {
  const record = await store.get(recordKey(name));
  if (record === undefined)
    throw new FleetError(`there is no image '${name}'; 'rawiron-fleet image add ${name} FILE' stores a snapshot`);
  return JSON.parse(new TextDecoder().decode(record)) as Image;
}

export async function listImages(store: ObjectStore): Promise<readonly Image[]> {
  const found = await store.list(IMAGES);
  return await Promise.all(found.map(({ key }) => findImage(store, key.slice(IMAGES.length))));
}

/** The images of all tenants, and those of none. */
export async function listAllImages(store: ObjectStore): Promise<readonly Image[]> {
  const keys = (await store.list(TENANTS)).map(({ key }) => key.slice(TENANTS.length).split('/'));
  const tenants = new Set(keys.filter(([, folder]) => `${folder}/` === IMAGES).map(([tenant]) => tenant!));
  const lists = [OPERATOR, ...tenants].map((tenant) => listImages(tenantStore(store, tenant)));
  return (await Promise.all(lists)).flat();
}

/** Removes an image's name. Its pieces stay while a run may need them. */
export async function removeImage(store: ObjectStore, name: string): Promise<void> {
  await findImage(store, name);
  await store.remove(recordKey(name));
}

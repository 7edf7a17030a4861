import { type Disk, readPadded } from '../store.ts';
import { type BackingName, withBackingName } from './backing-name.ts';
import type { Qcow2Disk } from './disk.ts';

/** Bytes that are compared at once, or a cluster where that is more. */
const CHUNK = 1 << 20;

/**
 * Gives an image what it would read otherwise from another backing disk. When this returns it reads alike on both, and that stays.
 * @param next what it is to stand on; undefined: nothing
 * @param progress called with the bytes of the disk that are done
 */
export async function keepContents(
  image: Qcow2Disk,
  next: Disk | undefined,
  progress: (done: number) => void,
): Promise<void> {
  const chunk = Math.max(CHUNK, image.clusterSize);
  for (let at = 0; at < image.size; progress(at)) {
    const { mapping, length } = await image.alone(() => image.metadata.map.run(at, image.size - at));
    const isOwn = mapping.kind !== 'unallocated';
    const same = isOwn ? length : Math.min(await zerosOf(image.backing, at, length), await zerosOf(next, at, length));
    const looked = same > 0 ? 0 : Math.min(chunk, length);
    if (looked > 0) await keepPart(image, next, at, looked);
    at += same + looked;
  }
  await image.flush();
}

/** How many bytes of a disk, or where there is none, are known to be zero. */
async function zerosOf(disk: Disk | undefined, offset: number, most: number): Promise<number> {
  return disk === undefined || offset >= disk.size
    ? most
    : await disk.zeroRun(offset, Math.min(most, disk.size - offset));
}

async function keepPart(image: Qcow2Disk, next: Disk | undefined, offset: number, length: number): Promise<void> {
  const [old, other] = [new Uint8Array(length), new Uint8Array(length)];
  await image.read(offset, old);
  if (next) await readPadded(next, offset, other);
  for (let at = 0; at < length; at += image.clusterSize) {
    const cluster = old.subarray(at, at + image.clusterSize);
    const differs = cluster.some((byte, n) => byte !== other[at + n]);
    if (differs) await image.write(offset + at, cluster);
  }
}

/**
 * Writes into an image what it stands on; what it reads is not looked at.
 * @throws StorageError if the name is too long
 */
export async function setBacking(image: Qcow2Disk, backing: BackingName | undefined): Promise<void> {
  await image.flush();
  await image.alone(async () => {
    const { file } = image.metadata;
    const head = new Uint8Array(file.clusterSize);
    await file.store.read(0, head);
    await file.writeHeaderField(0, withBackingName(file.store, head, backing));
  });
}

import type { Disk } from '../store.ts';
import type { Qcow2Disk } from './disk.ts';

/** Bytes that are copied at once. */
const CHUNK = 1 << 20;

/**
 * Writes what an image has of its own to the disk that it stands on, which has at least its size. When this returns that disk
 * reads like the image, and stays so.
 * @param image opened without its backing disk
 * @param progress called with the bytes of the disk that are done
 */
export async function commitToBacking(
  image: Qcow2Disk,
  backing: Disk,
  progress: (done: number) => void,
): Promise<void> {
  for (let at = 0; at < image.size; progress(at)) {
    const run = await image.alone(() => image.metadata.map.run(at, image.size - at));
    const { kind } = run.mapping;
    const length = kind === 'unallocated' ? run.length : Math.min(CHUNK, run.length);
    if (kind === 'zero') await backing.zero(at, length);
    else if (kind !== 'unallocated') await copy(image, backing, at, length);
    at += length;
  }
  await backing.flush();
}

async function copy(from: Disk, to: Disk, offset: number, length: number): Promise<void> {
  const bytes = new Uint8Array(length);
  await from.read(offset, bytes);
  await to.write(offset, bytes);
}

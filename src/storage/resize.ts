import type { ImageFormat } from './formats.ts';
import { openDisk, type StorageHost } from './open.ts';
import { OverlayDisk } from './overlay.ts';
import { Qcow2Disk } from './qcow2/disk.ts';
import { resizeQcow2 } from './qcow2/resize.ts';
import { RawDisk } from './raw.ts';
import { checkWritable, type Disk, StorageError } from './store.ts';

/**
 * Makes a disk larger or smaller. What is added reads as zero.
 * @param size bytes
 * @throws StorageError if it cannot be
 */
export async function resizeDisk(disk: Disk, size: number): Promise<void> {
  checkWritable(disk);
  if (disk instanceof Qcow2Disk) await resizeQcow2(disk, size);
  else if (disk instanceof RawDisk) await disk.resize(size);
  else if (disk instanceof OverlayDisk)
    throw new StorageError(disk, 'its changes are forgotten in the end: it cannot be resized');
  else throw new StorageError(disk, `a ${disk.format} image cannot be resized; convert it to qcow2 or raw`);
}

/** Gives the disk in an image another size, which is told its old one, in bytes. */
export async function resizeFile(
  host: StorageHost,
  file: string,
  format: ImageFormat | undefined,
  sizeFrom: (old: number) => number,
): Promise<void> {
  const disk = await openDisk(host, file, { format });
  try {
    const size = sizeFrom(disk.size);
    const isWhole = !(disk instanceof RawDisk && disk.imageBytes !== disk.size);
    if (size !== disk.size || !isWhole) await resizeDisk(disk, size);
  } finally {
    await disk.close();
  }
}

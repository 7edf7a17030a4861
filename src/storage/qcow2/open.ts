import type { OpenedImage } from '../formats.ts';
import { Qcow2Disk } from './disk.ts';
import { readHeader } from './header.ts';

/** Opens an image of QEMU's own format, or a snapshot in it. */
export async function openQcow2(image: OpenedImage): Promise<Qcow2Disk> {
  const { store, decompressor, internalSnapshot, tables } = image;
  const { backingFile, extensions } = await readHeader(store);
  const backing =
    backingFile === undefined ? undefined : await image.openBacking(backingFile, extensions.backingFormat);
  try {
    const parts = [store, backing, decompressor, tables] as const;
    return await (internalSnapshot ? Qcow2Disk.openSnapshot(...parts, internalSnapshot) : Qcow2Disk.open(...parts));
  } catch (error) {
    await backing?.close();
    throw error;
  }
}

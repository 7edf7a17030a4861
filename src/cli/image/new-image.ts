import { rm, truncate } from 'node:fs/promises';
import { ConfigurationError } from '../../index.ts';
import { nodeStorage, openFile } from '../../node/storage.ts';
import type { ImageFormat } from '../../storage/formats.ts';
import { createQcow2, type NewQcow2 } from '../../storage/qcow2/create.ts';
import { preallocate } from '../../storage/qcow2/preallocate.ts';
import { RawDisk } from '../../storage/raw.ts';
import { type ByteStore, type Disk, StorageError } from '../../storage/store.ts';
import { createVdi } from '../../storage/vdi/image.ts';
import { createVhd } from '../../storage/vhd/image.ts';
import { createVhdx } from '../../storage/vhdx/image.ts';
import { createVmdk } from '../../storage/vmdk/image.ts';
import { messageOf } from '../../util/errors.ts';
import type { Preallocation } from './options.ts';

/** The description of a new image. */
type NewImage = NewQcow2 & { readonly preallocation?: Preallocation; readonly isFixed?: boolean };

/**
 * Makes an image in the place of what the file has, and closes it. A file that wasn't there is gone again if that fails, another one is empty then.
 * @param fill gets the disk, which reads as zero or as its backing disk
 */
export async function makeImage(
  file: string,
  format: ImageFormat,
  options: NewImage,
  fill: (disk: Disk) => Promise<void> = async () => {},
): Promise<void> {
  const store = await openFile(file, 'write', 'new');
  const wasEmpty = store.size === 0;
  try {
    const disk = await make(store, format, options);
    await fill(disk).finally(() => disk.close());
  } catch (error) {
    await store.close();
    if (wasEmpty) {
      await rm(store.name, { force: true });
      throw error;
    }
    // What is there looks like an image, and isn't whole. A block device keeps its size.
    await truncate(store.name).catch(() => {});
    const why = messageOf(error);
    throw new StorageError(store, `is empty now, and what it had is gone, as the image was not finished: ${why}`);
  }
}

async function make(store: ByteStore, format: ImageFormat, options: NewImage): Promise<Disk> {
  const { preallocation = 'off', size, isFixed = false } = options;
  if (format === 'qcow2') return makeQcow2(store, options, preallocation);
  if (options.backing) throw new ConfigurationError(`a new ${format} image has no backing file`);
  if (format === 'vdi') return createVdi(store, { size, isFixed });
  if (format === 'vpc') return createVhd(store, { size, isFixed });
  if (format === 'vhdx') return createVhdx(store, { size, isFixed });
  if (format === 'vmdk') return createVmdk(store, size, nodeStorage.decompressor);
  await store.resize(0);
  await store.resize(size);
  const disk = new RawDisk(store);
  // Node cannot ask a host for room: what is written has it.
  if (preallocation !== 'off') await disk.zero(0, size);
  return disk;
}

async function makeQcow2(store: ByteStore, options: NewQcow2, preallocation: Preallocation): Promise<Disk> {
  const disk = await createQcow2(store, options, nodeStorage.decompressor);
  if (preallocation !== 'off') await preallocate(disk, preallocation === 'metadata' ? 'holes' : 'zeros');
  return disk;
}

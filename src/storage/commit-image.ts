import { formatNames, type ImageFormat, isImageFormat } from './formats.ts';
import { backingName, formatOf, openDisk, type StorageHost } from './open.ts';
import { commitToBacking } from './qcow2/commit.ts';
import { Qcow2Disk } from './qcow2/disk.ts';
import { readHeader } from './qcow2/header.ts';
import { resizeFile } from './resize.ts';
import { type ByteStore, StorageError } from './store.ts';

/** How an image is committed. */
export interface CommitOptions {
  /** Found out from the first bytes where it is missing. */
  readonly format?: ImageFormat | undefined;
  /** The action on the image's own contents afterwards. */
  readonly afterwards: 'clear' | 'keep';
  /** Called with the bytes of the disk that are done, and all that it has. */
  progress?(done: number, size: number): void;
}

/**
 * Puts what an image has of its own into its backing file, which grows if it has to.
 * @throws StorageError
 */
export async function commitImage(host: StorageHost, file: string, options: CommitOptions): Promise<void> {
  const store = await host.open(file, 'write');
  try {
    const below = await backingOf(host, store, options.format);
    // The backing file is opened below, to be written.
    const image = await Qcow2Disk.open(store, undefined, host.decompressor);
    const { size } = image;
    await resizeFile(host, below.name, below.format, (old) => Math.max(old, size));
    const backing = await openDisk(host, below.name, { format: below.format });
    const progress = (done: number) => options.progress?.(done, size);
    await commitToBacking(image, backing, progress).finally(() => backing.close());
    if (options.afterwards === 'clear') await image.clear();
    await image.close();
  } finally {
    await store.close();
  }
}

/** @throws StorageError if an image stands on nothing */
async function backingOf(host: StorageHost, store: ByteStore, format: ImageFormat | undefined) {
  const found = await formatOf(store, format);
  if (found !== 'qcow2')
    throw new StorageError(store, `is a ${found} image; only a qcow2 image can be committed to its backing file`);
  const header = await readHeader(store);
  if (header.backingFile === undefined) throw new StorageError(store, 'has no backing file to commit it to');
  const { backingFormat } = header.extensions;
  const name = backingName(host, store, header.backingFile);
  if (backingFormat === undefined || isImageFormat(backingFormat)) return { name, format: backingFormat };
  throw new StorageError({ name }, `the format '${backingFormat}' is not supported; there are ${formatNames}`);
}

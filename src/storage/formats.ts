import { ConfigurationError } from '../util/errors.ts';
import type { Decompressor } from './qcow2/compressed.ts';
import type { SnapshotChoice } from './qcow2/snapshots.ts';
import type { ByteStore, Disk } from './store.ts';
import type { TableMemory } from './table-memory.ts';

/** The format of a disk's image, by QEMU's name: `vpc` is Microsoft's VHD. */
export type ImageFormat = 'raw' | 'qcow2' | 'vdi' | 'vhdx' | 'vmdk' | 'vpc';

/** All formats that are read and written here. */
export const imageFormats: readonly ImageFormat[] = ['raw', 'qcow2', 'vdi', 'vhdx', 'vmdk', 'vpc'];

/** The names for messages: "raw, qcow2, …". */
export const formatNames: string = imageFormats.join(', ');

export function isImageFormat(name: string): name is ImageFormat {
  return (imageFormats as readonly string[]).includes(name);
}

/**
 * The format of a name that somebody gave.
 * @throws ConfigurationError if it is none of them
 */
export function formatNamed(name: string | undefined): ImageFormat | undefined {
  if (name === undefined || isImageFormat(name)) return name;
  const other = name.toLowerCase() === 'vhd' ? ' (which is VHD)' : '';
  throw new ConfigurationError(`the format '${name}' is not supported; there are ${formatNames}${other}`);
}

/** An image that is being opened, and what its format's code may use for that. */
export interface OpenedImage {
  readonly store: ByteStore;
  readonly decompressor: Decompressor;
  /** The memory for tables of this image, and of all others that are opened with it. */
  readonly tables: TableMemory;
  /** A snapshot within the image that is to be seen in its place. */
  readonly internalSnapshot: SnapshotChoice | undefined;
  /**
   * Opens the image that this one stands on, for reading.
   * @throws StorageError
   */
  openBacking(name: string, format: string | undefined): Promise<Disk>;
  /**
   * Opens a file beside this one that has a part of it.
   * @throws StorageError if the name leads elsewhere
   */
  openPart(name: string): Promise<ByteStore>;
}

/** Opens an image of one format, whose store it closes with the disk; if it cannot, the caller closes it. */
export type OpenImage = (image: OpenedImage) => Promise<Disk>;

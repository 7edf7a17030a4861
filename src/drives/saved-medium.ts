import { allocateShared } from '../../runtime/memory/ram.ts';
import { OverlayDisk } from '../storage/overlay.ts';
import type { SavedPages } from '../storage/overlay-pages.ts';
import type { Qcow2Disk } from '../storage/qcow2/disk.ts';
import { isQcow2Disk } from '../storage/qcow2/kind.ts';
import { type Disk, type ImageIdentity, StorageError } from '../storage/store.ts';
import { ConfigurationError } from '../util/errors.ts';

/** The medium of a drive in a saved machine. */
export interface SavedMedium {
  /** Bytes of the disk as the guest sees it. */
  readonly bytes: number;
  readonly isReadOnly: boolean;
  /** The images that the disk stands on, the uppermost first; none: its contents are here. */
  readonly images: readonly ImageIdentity[];
  /** The guest's writes, where they are discarded at the end. */
  readonly changes?: SavedPages;
  /** All of a disk that is in memory. */
  readonly contents?: Uint8Array;
  /** Its contents, or changes, are at the process that gets this already. */
  readonly hasGone?: true;
  /** Its contents are in a snapshot within its own image, with this state. */
  readonly isInImage?: true;
}

/** By the names of the drives; an empty one has none. */
export type SavedMedia = Readonly<Record<string, SavedMedium>>;

/** A machine whose disks have changed more than this, in bytes, is not saved: the file is made in memory. */
const MOST_BYTES = 1 << 30;
/** Bytes that are read at once. */
const PART = 1 << 20;

/**
 * Saves a disk as it is now. It must not be written meanwhile.
 * @param isInMemory its image was given as bytes
 * @throws StorageError if there is more than a snapshot may hold
 */
export async function saveMedium(disk: Disk, isInMemory: boolean): Promise<SavedMedium> {
  const { size: bytes, isReadOnly } = disk;
  if (isInMemory) return { bytes, isReadOnly, images: [], contents: await contentsOf(disk) };
  const images = await disk.settle();
  if (!(disk instanceof OverlayDisk)) return { bytes, isReadOnly, images };
  const changes = await disk.withPages(async (pages) => {
    checkSize(disk, pages.size);
    return await pages.save();
  });
  return { bytes, isReadOnly, images, changes };
}

/** Saves a disk whose contents, or changes, another process has already. */
export async function saveGone(disk: Disk, isInMemory: boolean): Promise<SavedMedium> {
  const images = isInMemory ? [] : await disk.settle();
  return { bytes: disk.size, isReadOnly: disk.isReadOnly, images, hasGone: true };
}

/** Saves a disk for a state that is kept within images: a disk that has the state in its own image is in a snapshot there. */
export async function saveMediumWithin(disk: Disk, isInMemory: boolean): Promise<SavedMedium> {
  if (!holdsSnapshots(disk, isInMemory)) return await saveMedium(disk, isInMemory);
  return { bytes: disk.size, isReadOnly: false, images: [], isInImage: true };
}

/** Whether snapshots of a disk are kept in its own image. */
export function holdsSnapshots(disk: Disk | null, isInMemory: boolean): disk is Qcow2Disk {
  return isQcow2Disk(disk) && !disk.isReadOnly && !isInMemory;
}

/** All that a disk has. Throws StorageError if that is more than a snapshot may hold, or cannot be read. */
export async function contentsOf(disk: Disk): Promise<Uint8Array> {
  checkSize(disk, disk.size);
  const contents = new Uint8Array(allocateShared(disk.size));
  for (let at = 0; at < disk.size; ) {
    const zeros = await disk.zeroRun(at, disk.size - at);
    const part = contents.subarray(at, at + PART);
    if (zeros === 0) await disk.read(at, part);
    at += zeros || part.length;
  }
  return contents;
}

function checkSize(disk: Disk, bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  throw new StorageError(disk, `${bytes} bytes of it would have to be in a snapshot; ${MOST_BYTES} are possible`);
}

/**
 * Checks that a disk is what a saved one stands on.
 * @param drive what messages begin with
 * @param isInMemory its image was given as bytes
 * @throws ConfigurationError that names the image, and says what to do
 */
export async function checkMedium(
  drive: string,
  { disk, isInMemory }: { readonly disk: Disk | null; readonly isInMemory: boolean },
  saved: SavedMedium | undefined,
): Promise<void> {
  const fail = (problem: string): never => {
    throw new ConfigurationError(`${drive}: ${problem}`);
  };
  if (disk === null && saved === undefined) return;
  if (disk === null) return fail(`the snapshot was taken with ${shown(saved!)} in it; put that in`);
  if (saved === undefined) return fail(`the snapshot was taken with nothing in it; take ${disk.name} out`);
  const { bytes, isReadOnly, images } = saved;
  if (saved.isInImage)
    return fail(`what was in it is in a snapshot within its image, and can be had from there only (loadvm)`);
  const present = isInMemory ? [] : await disk.settle();
  const isOther = images.length !== present.length || images.some((image, n) => image.format !== present[n].format);
  if (isOther || bytes !== disk.size)
    fail(`${disk.name} is not what the snapshot was taken with: that was ${shown(saved)}`);
  for (const [n, image] of images.entries()) {
    if (image.bytes !== present[n].bytes || image.version !== present[n].version) fail(changed(present[n], disk));
  }
  if (isReadOnly !== disk.isReadOnly)
    fail(`${disk.name} could ${isReadOnly ? 'only be read' : 'be written'} when the snapshot was taken; open it so`);
  if (saved.changes && !(disk instanceof OverlayDisk))
    fail(`changes of ${disk.name} are in the snapshot; open it so that they are forgotten at the end (snapshot)`);
}

function changed({ file }: ImageIdentity, disk: Disk): string {
  const which = disk.name.endsWith(file) ? disk.name : `${file}, which ${disk.name} stands on,`;
  return `${which} was changed after the snapshot was taken; give the image as it was then`;
}

/** Describes the medium that was in a drive, for messages. */
export function shown({ images: [image], bytes }: Pick<SavedMedium, 'images' | 'bytes'>): string {
  return image === undefined ? `a disk of ${bytes} bytes in memory` : `${image.file} (${image.format}, ${bytes} bytes)`;
}

import { type BlockMedium, SECTOR_BYTES } from '../../runtime/host/block.ts';
import { openDisk, type StorageHost } from '../storage/open.ts';
import { OverlayDisk } from '../storage/overlay.ts';
import { RawDisk } from '../storage/raw.ts';
import { type Disk, StorageError } from '../storage/store.ts';
import type { Image } from '../util/image.ts';
import { backingOf } from './backing.ts';
import { storeOf } from './image-store.ts';
import type { DrivePlan, MediumOptions } from './options.ts';
import type { DriveStatus } from './protocol.ts';

/** Whether the guest cannot write to a medium in a drive. */
function isReadOnlyIn({ media }: DrivePlan, { readOnly = false }: MediumOptions): boolean {
  return readOnly || media === 'cdrom';
}

/**
 * Opens an image as the medium of a drive.
 * @throws ConfigurationError
 */
export async function openMedium(
  plan: DrivePlan,
  image: Image,
  options: MediumOptions,
  storage: StorageHost,
): Promise<Disk> {
  const disk = await openImage(plan, image, options, storage);
  if (disk.size >= SECTOR_BYTES) return disk;
  await disk.close();
  throw new StorageError(disk, `has ${disk.size} bytes, less than a sector (${SECTOR_BYTES} bytes)`);
}

/** A disk as the machine sees it. Its last bytes are no sector if they are too few. */
export function mediumOf(disk: Disk, isReadOnly: boolean): BlockMedium {
  return { sectors: Math.floor(disk.size / SECTOR_BYTES), isReadOnly };
}

/** Bytes of an image without format, or of the disk in one: the machine sees whole sectors. 0: there is none. */
export function imageBytes(disk: Disk | null): number {
  const image = disk instanceof OverlayDisk ? disk.base : disk;
  return image instanceof RawDisk ? image.imageBytes : (image?.size ?? 0);
}

/**
 * The medium that an image will be in a drive. Nothing is locked: another process may write to it still.
 * @throws ConfigurationError
 */
export async function peekMedium(
  plan: DrivePlan,
  image: Image,
  storage: StorageHost,
): Promise<Omit<DriveStatus, 'isLocked' | 'isTrayOpen'>> {
  const peeking = { ...storage, open: storage.peek ?? storage.open };
  const disk = await openMedium(plan, image, { ...plan.options, readOnly: true }, peeking);
  const { name, format } = disk;
  const medium = mediumOf(disk, isReadOnlyIn(plan, plan.options));
  // It is opened to be read only, so what is to be written above it is not there.
  const isOverlay = plan.options.snapshot === true && !medium.isReadOnly;
  const backing = [...(isOverlay ? [name] : []), ...backingOf(disk)];
  const bytes = imageBytes(disk);
  await disk.close();
  const isInMemory = image instanceof Uint8Array;
  return { image: name, format, bytes, isOverlay, backing, isInMemory, canCommit: false, medium };
}

async function openImage(plan: DrivePlan, image: Image, medium: MediumOptions, storage: StorageHost): Promise<Disk> {
  const { format, snapshot = false } = medium;
  const isReadOnly = isReadOnlyIn(plan, medium);
  const access = isReadOnly ? 'read' : 'write';
  const options = { access, snapshot: snapshot && !isReadOnly, ...(format && { format }) } as const;
  if (typeof image === 'string') return await openDisk(storage, image, options);
  const store = storeOf(image, `the image of ${plan.name}`, isReadOnly);
  const open: StorageHost['open'] = async (file, mode) => (file === store.name ? store : storage.open(file, mode));
  const identify: StorageHost['identify'] = async (file) =>
    file === store.name ? store.identity : storage.identify(file);
  // What cannot be written itself is written in memory.
  const isKept = options.snapshot || (store.isReadOnly && !isReadOnly);
  return await openDisk({ ...storage, open, identify }, store.name, { ...options, snapshot: isKept });
}

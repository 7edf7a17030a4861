import { MemoryStore } from '../storage/memory-store.ts';
import type { StorageHost } from '../storage/open.ts';
import { OverlayDisk } from '../storage/overlay.ts';
import { OverlayPages, type Scratch } from '../storage/overlay-pages.ts';
import type { Qcow2Disk } from '../storage/qcow2/disk.ts';
import { RawDisk } from '../storage/raw.ts';
import { type Disk, StorageError } from '../storage/store.ts';
import { messageOf } from '../util/errors.ts';
import type { ArrivingDisk } from './arriving-disk.ts';
import type { SavedMedium } from './saved-medium.ts';

/** A saved disk, ready to take the place of the present one. */
export interface StagedMedium {
  /** The disk that the drive has then; done again, what it had before. */
  exchange(disk: Disk): Promise<Disk>;
  /** Forgets what the drive doesn't have. */
  drop(): Promise<void>;
}

/** The image's own bytes are here: they need no more than a format that can name no other file. */
function stageContents({ isReadOnly, contents }: SavedMedium, name: string): StagedMedium {
  let other: Disk = new RawDisk(new MemoryStore(name, contents, isReadOnly));
  return {
    exchange: async (disk) => {
      const taken = other;
      other = disk;
      return taken;
    },
    drop: () => other.close(),
  };
}

/** @throws StorageError if the changes are none of this disk, or there is no room for them */
async function stageChanges(
  disk: OverlayDisk,
  { changes }: SavedMedium,
  scratch: Scratch | undefined,
): Promise<StagedMedium> {
  const other = new OverlayPages(scratch);
  try {
    if (changes) await other.load(changes, disk.size);
  } catch (error) {
    await other.close();
    throw error instanceof StorageError
      ? error
      : new StorageError(disk, `the snapshot is damaged: ${messageOf(error)}`);
  }
  return stagePages(other);
}

/** A snapshot within the disk's own image. What the disk had before is gone when it has been put back to that. */
export function stageSnapshot(name: string): StagedMedium {
  let isDone = false;
  return {
    exchange: async (disk) => {
      if (isDone) return disk;
      const { applySnapshot } = await import('../storage/qcow2/image-snapshots.ts');
      await applySnapshot(disk as Qcow2Disk, name);
      isDone = true;
      return disk;
    },
    drop: async () => {},
  };
}

/** The staged medium of a disk that is only read, or was not written since: nothing is exchanged. */
export const nothingStaged: StagedMedium = { exchange: async (disk) => disk, drop: async () => {} };

function stagePages(pages: OverlayPages): StagedMedium {
  let other = pages;
  return {
    exchange: async (present) => {
      other = await (present as OverlayDisk).exchangePages(other);
      return present;
    },
    drop: () => other.close(),
  };
}

/** The disk of a drive, and what of it has come from another process. */
interface PresentMedium {
  readonly disk: Disk | null;
  readonly isInMemory: boolean;
  readonly arriving: ArrivingDisk | undefined;
}

/**
 * Gets ready what a disk was when it was saved.
 * @throws StorageError if the changes are none of this disk, have not come, or there is no room for them
 */
export async function stageMedium(
  { disk, isInMemory, arriving }: PresentMedium,
  saved: SavedMedium | undefined,
  { scratch }: StorageHost,
): Promise<StagedMedium> {
  if (disk === null || saved === undefined) return nothingStaged;
  if (saved.hasGone) {
    if (disk === arriving?.disk) return nothingStaged;
    if (arriving?.pages && disk instanceof OverlayDisk) return stagePages(arriving.pages);
    throw new StorageError(disk, 'its contents are elsewhere');
  }
  if (isInMemory) return stageContents(saved, disk.name);
  return disk instanceof OverlayDisk ? await stageChanges(disk, saved, scratch) : nothingStaged;
}

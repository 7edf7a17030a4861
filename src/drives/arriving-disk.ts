import { MemoryStore } from '../storage/memory-store.ts';
import { OVERLAY_PAGE, OverlayPages, pagesOf, type SavedPages, type Scratch } from '../storage/overlay-pages.ts';
import { RawDisk } from '../storage/raw.ts';
import type { Disk } from '../storage/store.ts';

/** The contents of a disk whose machine is still to arrive, as far as they have come. */
export interface ArrivingDisk {
  /** The disk itself, where it is in memory. */
  readonly disk?: Disk;
  /** The guest's changes of an image, where they are forgotten in the end. */
  readonly pages?: OverlayPages;
  /** @throws Error if they are no blocks of it */
  take(blocks: SavedPages): Promise<void>;
}

/** @param size bytes */
export function arrivingInMemory(name: string, size: number, isReadOnly: boolean): ArrivingDisk {
  const store = MemoryStore.empty(name, size, isReadOnly);
  return {
    disk: new RawDisk(store),
    take: async (blocks) => {
      for (const [block, bytes] of pagesOf(blocks, size)) {
        const at = block * OVERLAY_PAGE;
        store.put(at, bytes.subarray(0, size - at));
      }
    },
  };
}

/** @param size bytes of the disk */
export function arrivingChanges(size: number, scratch: Scratch | undefined): ArrivingDisk {
  const pages = new OverlayPages(scratch);
  return { pages, take: (blocks) => pages.merge(blocks, size) };
}

import { OverlayDisk } from '../storage/overlay.ts';
import { isQcow2Disk } from '../storage/qcow2/kind.ts';
import type { Disk } from '../storage/store.ts';

/** The names of the images that a disk's uppermost one stands on, from above. What is forgotten in the end stands on its image. */
export function backingOf(disk: Disk | null): readonly string[] {
  const below = disk instanceof OverlayDisk ? disk.base : isQcow2Disk(disk) ? disk.backing : undefined;
  return below === undefined ? [] : [below.name, ...backingOf(below)];
}

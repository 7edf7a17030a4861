import { OverlayDisk } from '../overlay.ts';
import type { Disk } from '../store.ts';
import type { Qcow2Disk } from './disk.ts';

/** Whether a disk is an image of this format itself. The class is not asked: a page loads it only where there is such an image. */
export function isQcow2Disk(disk: Disk | null): disk is Qcow2Disk {
  return disk?.format === 'qcow2' && !(disk instanceof OverlayDisk);
}

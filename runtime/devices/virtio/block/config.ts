import { defaultGeometry } from '../../../disks/geometry.ts';
import { SECTOR_BYTES } from '../../../host/block.ts';
import { Config } from './registers.ts';

/** Sectors that one request may discard, or fill with zeros, at most. */
export const MOST_DISCARDED = 1 << 22;
export const MOST_ZEROED = 1 << 15;
/** Sectors that a guest had best discard together: systems have blocks of 4 KB. */
const DISCARD_ALIGNMENT = 8;

/** The configuration of a disk of so many sectors. */
export function configBytes(sectors: number, mostSegments: number, isWriteback: boolean): Uint8Array {
  const bytes = new Uint8Array(Config.bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(Config.capacity, sectors % 2 ** 32, true);
  view.setUint32(Config.capacity + 4, Math.floor(sectors / 2 ** 32), true);
  view.setUint32(Config.mostSegments, mostSegments, true);
  const geometry = defaultGeometry(sectors);
  view.setUint16(Config.cylinders, geometry.cylinders, true);
  bytes[Config.heads] = geometry.heads;
  bytes[Config.sectors] = geometry.sectors;
  view.setUint32(Config.blockSize, SECTOR_BYTES, true);
  bytes[Config.writeback] = Number(isWriteback);
  view.setUint32(Config.mostDiscarded, MOST_DISCARDED, true);
  view.setUint32(Config.mostDiscardRanges, 1, true);
  view.setUint32(Config.discardAlignment, DISCARD_ALIGNMENT, true);
  view.setUint32(Config.mostZeroed, MOST_ZEROED, true);
  view.setUint32(Config.mostZeroRanges, 1, true);
  return bytes;
}

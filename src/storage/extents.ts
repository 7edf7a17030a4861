import { BlockDisk } from './blocks/disk.ts';
import { PartsDisk } from './parts.ts';
import { Qcow2Disk } from './qcow2/disk.ts';
import { RawDisk } from './raw.ts';
import type { Disk } from './store.ts';

/** Neighbouring bytes of a disk that are kept in the same way. The names are those of `qemu-img map`. */
export interface Extent {
  /** Bytes, from the disk's beginning. */
  readonly start: number;
  readonly length: number;
  /** The image that says what the bytes are: 0 is the uppermost one. */
  readonly depth: number;
  /** An image of the chain has them. */
  readonly isPresent: boolean;
  /** Whether the bytes are known to read as zero. */
  readonly isZero: boolean;
  /** Whether the bytes are kept. */
  readonly isData: boolean;
  /** Where in the file they are, if they are there as they read. */
  readonly offset: number | undefined;
  /** The name of that file. */
  readonly file: string;
}

/** How a place of a disk, and what follows it up to `most` bytes, is kept by its images. */
export async function extentAt(disk: Disk, start: number, most: number, depth = 0): Promise<Extent> {
  if (disk instanceof PartsDisk) return partExtent(disk, start, most, depth);
  if (disk instanceof BlockDisk) return blockExtent(disk, start, most, depth);
  if (!(disk instanceof Qcow2Disk)) return plainExtent(disk, start, most, depth);
  const { mapping, length } = await disk.alone(() => disk.metadata.map.run(start, most));
  const { backing } = disk;
  if (mapping.kind === 'unallocated' && backing && start < backing.size)
    return extentAt(backing, start, Math.min(length, backing.size - start), depth + 1);
  const within = start % disk.clusterSize;
  const hasPlace = mapping.kind === 'data' || (mapping.kind === 'zero' && mapping.offset !== 0);
  return {
    ...{ start, length, depth, file: disk.name },
    isPresent: mapping.kind !== 'unallocated',
    isZero: mapping.kind === 'unallocated' || mapping.kind === 'zero',
    isData: mapping.kind === 'data' || mapping.kind === 'compressed',
    offset: hasPlace ? mapping.offset + within : undefined,
  };
}

async function partExtent(disk: PartsDisk, start: number, most: number, depth: number): Promise<Extent> {
  const part = disk.partAt(start);
  const length = Math.min(most, part.length);
  if (part.disk) return { ...(await extentAt(part.disk, part.from, length, depth)), start };
  const facts = { isPresent: true, isZero: true, isData: false, offset: undefined, file: disk.name };
  return { start, length, depth, ...facts };
}

async function blockExtent(disk: BlockDisk, start: number, most: number, depth: number): Promise<Extent> {
  const { place, length } = await disk.run(start, most);
  const { backing } = disk;
  if (place.kind === 'absent' && backing && start < backing.size)
    return extentAt(backing, start, Math.min(length, backing.size - start), depth + 1);
  const isData = place.kind === 'data' || place.kind === 'packed';
  return {
    ...{ start, length, depth, file: disk.name, isPresent: isData, isZero: !isData, isData },
    offset: place.kind === 'data' ? place.offset + (start % disk.map.blockSize) : undefined,
  };
}

function plainExtent(disk: Disk, start: number, most: number, depth: number): Extent {
  const kept = disk instanceof RawDisk ? disk.allocation(start) : { isHole: false, length: most };
  const length = Math.min(most, kept.length);
  const { isHole: isZero } = kept;
  return { start, length, depth, isPresent: true, isZero, isData: !isZero, offset: start, file: disk.name };
}

/** All of a part of a disk, in order; what goes on in the same way is one extent. */
export async function* extentsOf(disk: Disk, from = 0, end = disk.size): AsyncGenerator<Extent> {
  let last: Extent | undefined;
  try {
    for (let at = from; at < end; ) {
      const next = await extentAt(disk, at, end - at);
      at += next.length;
      if (last && continues(last, next)) last = { ...last, length: last.length + next.length };
      else {
        if (last) yield last;
        last = next;
      }
    }
  } catch (error) {
    // What was found before is told all the same.
    if (last) yield last;
    throw error;
  }
  if (last) yield last;
}

function continues(first: Extent, next: Extent): boolean {
  const isAlike = (['depth', 'isPresent', 'isZero', 'isData', 'file'] as const).every(
    (key) => first[key] === next[key],
  );
  if (first.offset === undefined || next.offset === undefined) return isAlike && first.offset === next.offset;
  return isAlike && next.offset === first.offset + first.length;
}

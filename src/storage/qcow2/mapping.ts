import type { Entry } from '../table.ts';
import type { ImageFile } from './image-file.ts';

/** Where the contents of a cluster of the disk are. Offsets are those of the file, in bytes. */
export type Mapping =
  | { readonly kind: 'unallocated' }
  | { readonly kind: 'zero'; readonly offset: number }
  | { readonly kind: 'data'; readonly offset: number; readonly isOwn: boolean }
  | { readonly kind: 'compressed'; readonly offset: number; readonly length: number };

const COPIED = 0x80000000;
const COMPRESSED = 0x40000000;
const RESERVED_HIGH = 0x3f000000;
const RESERVED_LOW = 0x1fe;
const SECTOR = 512;

export const UNALLOCATED: Entry = { high: 0, low: 0 };
/** Reads as zero; version 3 only. */
export const ZERO: Entry = { high: 0, low: 1 };

/** An entry of a table that points to what nothing else uses: it may be written in place. */
export function ownEntry(offset: number): Entry {
  return { high: (Math.floor(offset / 2 ** 32) | COPIED) >>> 0, low: offset % 2 ** 32 };
}

/** The entry with or without the flag that nothing else uses the cluster that it points to. */
export function withOwnFlag({ high, low }: Entry, isOwn: boolean): Entry {
  return { high: (isOwn ? high | COPIED : high & ~COPIED) >>> 0, low };
}

export function isCompressedEntry({ high }: Entry): boolean {
  return (high & COMPRESSED) !== 0;
}

/** An entry of an L2 table for compressed data. */
export function compressedEntry(file: ImageFile, offset: number, length: number): Entry {
  const furtherSectors = Math.floor((offset + length - 1) / SECTOR) - Math.floor(offset / SECTOR);
  const descriptor = (BigInt(furtherSectors) << compressedOffsetBits(file)) | BigInt(offset);
  return { high: Number(descriptor >> 32n) | COMPRESSED, low: Number(descriptor & 0xffffffffn) };
}

/** The offset takes fewer bits the larger clusters are; above it is the number of further sectors. */
function compressedOffsetBits({ header }: ImageFile): bigint {
  return BigInt(62 - (header.clusterBits - 8));
}

/** Where an entry of the L1 or L2 table points to, without its flags. */
export function entryOffset({ high, low }: Entry): number {
  return (high & 0x00ffffff) * 2 ** 32 + (low - (low % SECTOR));
}

export function isOwnEntry({ high }: Entry): boolean {
  return (high & COPIED) !== 0;
}

/**
 * Decodes an entry of an L2 table. QEMU's docs/interop/qcow2.txt, "Cluster mapping".
 * @throws StorageError if it cannot be
 */
export function decodeEntry(file: ImageFile, entry: Entry): Mapping {
  if (entry.high & COMPRESSED) return decodeCompressed(file, entry);
  const isZero = (entry.low & 1) !== 0;
  if ((entry.high & RESERVED_HIGH) !== 0 || (entry.low & RESERVED_LOW) !== 0 || (isZero && file.header.version === 2)) {
    throw file.error(`an L2 entry has reserved bits (0x${entry.high.toString(16)}, 0x${entry.low.toString(16)})`);
  }
  const offset = entryOffset(entry);
  if (offset !== 0) file.checkCluster(offset, 'data cluster');
  if (isZero) return { kind: 'zero', offset };
  return offset === 0 ? { kind: 'unallocated' } : { kind: 'data', offset, isOwn: isOwnEntry(entry) };
}

function decodeCompressed(file: ImageFile, { high, low }: Entry): Mapping {
  const offsetBits = compressedOffsetBits(file);
  const descriptor = (BigInt(high & 0x3fffffff) << 32n) | BigInt(low);
  const offset = Number(descriptor & ((1n << offsetBits) - 1n));
  const sectors = Number(descriptor >> offsetBits) + 1;
  if (offset >= file.store.size)
    throw file.error(`a compressed cluster at 0x${offset.toString(16)} is beyond the end of the file`);
  return { kind: 'compressed', offset, length: sectors * SECTOR - (offset % SECTOR) };
}

/** The bytes of the file that a mapping keeps in use: offset, length; none if it is undefined. */
export function hostRange(mapping: Mapping, clusterSize: number): readonly [number, number] | undefined {
  if (mapping.kind === 'unallocated' || (mapping.kind === 'zero' && mapping.offset === 0)) return undefined;
  return [mapping.offset, mapping.kind === 'compressed' ? mapping.length : clusterSize];
}

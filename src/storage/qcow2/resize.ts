import { SECTOR_BYTES } from '../../../runtime/host/block.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { type ByteStore, StorageError } from '../store.ts';
import { Table } from '../table.ts';
import type { Qcow2Disk } from './disk.ts';
import { field, MOST_L1 } from './header.ts';
import type { Metadata } from './metadata.ts';

/**
 * Makes the disk of an image larger or smaller. What is added reads as zero.
 * @throws ConfigurationError if that is no whole number of sectors; StorageError if the image has snapshots
 */
export async function resizeQcow2(disk: Qcow2Disk, size: number): Promise<void> {
  const { file } = disk.metadata;
  if (size % SECTOR_BYTES !== 0) throw new ConfigurationError(`The new size must be a multiple of ${SECTOR_BYTES}`);
  if (file.header.snapshotCount > 0) throw file.error('has snapshots: it cannot be resized');
  const old = disk.size;
  const keptEnd = Math.min(old, size);
  if (size < old) await disk.zero(keptEnd, old - keptEnd);
  await disk.flush();
  await disk.alone(() => setSize(disk.metadata, size));
  const hidden = Math.min(size, disk.backing?.size ?? 0);
  if (hidden > old) await disk.zero(old, hidden - old);
  await disk.flush();
}

/** Writes a disk's size, whatever its backing disk has beyond the size before. */
export async function setSize(metadata: Metadata, size: number): Promise<void> {
  const { store, header, clusterSize } = metadata.file;
  const entries = l1Entries(store, size, clusterSize);
  if (entries > header.l1Size) await growL1(metadata, entries);
  await store.write(field.size, bigEndian(size, 8));
  header.size = size;
}

/** @throws StorageError if a disk would need too large an L1 table */
export function l1Entries(store: ByteStore, size: number, clusterSize: number): number {
  const entries = Math.ceil(size / ((clusterSize / 8) * clusterSize));
  if (entries * 8 <= MOST_L1) return entries;
  throw new StorageError(store, `cannot have ${size} bytes with clusters of ${clusterSize} bytes`);
}

/** Makes the L1 table larger, entries in all. The larger table is in the file before the header points to it. */
export async function growL1(metadata: Metadata, entries: number): Promise<void> {
  const { store, header, clusterSize } = metadata.file;
  const bytes = new Uint8Array(entries * 8);
  bytes.set(metadata.map.l1.bytes);
  const offset = await metadata.refcounts.allocate(Math.ceil(bytes.length / clusterSize));
  await store.write(offset, bytes);
  await metadata.commit();
  const pointer = new Uint8Array([...bigEndian(entries, 4), ...bigEndian(offset, 8)]);
  await store.write(field.l1Size, pointer);
  const old = [header.l1Offset, header.l1Size * 8] as const;
  header.l1Size = entries;
  header.l1Offset = offset;
  metadata.map.replaceL1(new Table(offset, bytes));
  if (old[1] > 0) metadata.free(old);
}

export function bigEndian(value: number, bytes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(value));
  return new Uint8Array(view.buffer, 8 - bytes);
}

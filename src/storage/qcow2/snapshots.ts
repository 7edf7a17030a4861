import type { ImageFile } from './image-file.ts';

/** Bytes of an entry before its extra data, identifier and name. */
const FIXED = 40;

/** The L1 table of a snapshot. */
export interface SnapshotTable {
  readonly offset: number;
  /** Entries. */
  readonly size: number;
}

/**
 * Finds the snapshots of an image, which are kept and not used here. QEMU's docs/interop/qcow2.txt, "Snapshots".
 * @returns how many bytes their table takes, and their L1 tables
 * @throws StorageError if one isn't within the file
 */
export async function readSnapshots(file: ImageFile): Promise<{ bytes: number; tables: SnapshotTable[] }> {
  const { snapshotCount, snapshotsOffset } = file.header;
  const tables: SnapshotTable[] = [];
  let at = snapshotsOffset;
  for (let index = 0; index < snapshotCount; index++) {
    const bytes = new Uint8Array(FIXED);
    if (at + FIXED > file.store.size) throw file.error('the snapshot table goes beyond the end of the file');
    await file.store.read(at, bytes);
    const view = new DataView(bytes.buffer);
    const table = { offset: Number(view.getBigUint64(0)), size: view.getUint32(8) };
    if (
      table.offset % file.clusterSize !== 0 ||
      table.size > 4 << 20 ||
      table.offset + table.size * 8 > file.store.size
    ) {
      throw file.error(`the L1 table of snapshot ${index + 1} cannot be where the image says`);
    }
    tables.push(table);
    at += Math.ceil((FIXED + view.getUint32(36) + view.getUint16(12) + view.getUint16(14)) / 8) * 8;
  }
  return { bytes: at - snapshotsOffset, tables };
}

import { Table } from '../table.ts';
import type { Qcow2Disk } from './disk.ts';
import { field } from './header.ts';
import type { ImageFile } from './image-file.ts';
import { dropMachineState, writeMachineState } from './machine-state.ts';
import type { Metadata } from './metadata.ts';
import { addReferences, allOf, clearOwnFlags, dropReferences, setOwnFlags } from './references.ts';
import { bigEndian, l1Entries } from './resize.ts';
import { type ImageSnapshot, readSnapshots, type SnapshotEntry, snapshotEntry, tableBytes } from './snapshots.ts';

/** Bytes of a name in an image: its length has 16 bits. */
const MOST_NAME = 0xffff;
/** Snapshots of an image: QEMU's limit. */
const MOST_SNAPSHOTS = 65536;

/** Name and data of a new snapshot. */
export interface NewSnapshot {
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly date: bigint;
  /** The state of a machine, and its own time in nanoseconds. */
  readonly state?: Uint8Array;
  readonly clock?: bigint;
  /** Instructions that it had executed; undefined: nobody has counted. */
  readonly instructions?: bigint | undefined;
}

/** The snapshots that an image has within itself, the oldest first. */
export function listSnapshots(disk: Qcow2Disk): Promise<readonly ImageSnapshot[]> {
  return disk.alone(() => readSnapshots(disk.metadata.file));
}

/**
 * Takes one of the disk as it is.
 * @throws StorageError if the image cannot have one more
 */
export function createSnapshot(
  disk: Qcow2Disk,
  { name, date, state, clock = 0n, instructions }: NewSnapshot,
): Promise<void> {
  return disk.change(async (metadata) => {
    const { file, map } = metadata;
    const entries = await readSnapshots(file);
    if (entries.length >= MOST_SNAPSHOTS) throw file.error(`has ${entries.length} snapshots: it can have no more`);
    if (new TextEncoder().encode(name).length > MOST_NAME) throw file.error('the name of the snapshot is too long');
    await dropMachineState(metadata);
    if (state) await writeMachineState(metadata, state);
    await addReferences(metadata, map.l1, allOf(map.l1));
    await clearOwnFlags(metadata, map.l1, allOf(map.l1));
    await metadata.commit();
    const l1Offset = await writeNew(metadata, map.l1.bytes);
    const known = { id: nextId(entries), name, date, clock, l1Offset, l1Size: map.l1.bytes.length / 8 };
    const rest = { stateBytes: state?.length ?? 0, size: disk.size, instructions: state ? instructions : 0n };
    await writeTable(metadata, entries, [...entries, snapshotEntry({ ...known, ...rest })]);
    await dropMachineState(metadata);
    await metadata.commit();
  });
}

function nextId(entries: readonly SnapshotEntry[]): string {
  return `${Math.max(0, ...entries.map(({ id }) => Number(id) || 0)) + 1}`;
}

/**
 * Puts the disk back to a snapshot, which stays.
 * @throws StorageError if there is none, or the disk had another size
 */
export function applySnapshot(disk: Qcow2Disk, name: string): Promise<void> {
  return disk.change(async (metadata) => {
    const { file, map } = metadata;
    const { l1Offset, l1Size, size = disk.size } = await findSnapshot(file, name);
    checkSize(file, { name, size });
    const used = l1Entries(file.store, size, file.clusterSize);
    const l1 = await file.readTable(l1Offset, l1Size);
    const range = [0, Math.min(used, l1Size)] as const;
    await addReferences(metadata, l1, range);
    await clearOwnFlags(metadata, l1, range);
    const bytes = new Uint8Array(file.header.l1Size * 8);
    bytes.set(l1.bytes.subarray(0, Math.min(used * 8, bytes.length)));
    const offset = await writeNew(metadata, bytes);
    const old = map.l1;
    await file.writeHeaderField(field.l1Size + 4, bigEndian(offset, 8));
    file.header.l1Offset = offset;
    map.replaceL1(new Table(offset, bytes));
    await dropReferences(metadata, old, allOf(old));
    metadata.free([old.offset, old.bytes.length]);
    await metadata.commit();
    await setOwnFlags(metadata);
    await metadata.commit();
  });
}

/** @throws StorageError if the disk cannot be put back to it: its size is another one */
function checkSize(file: ImageFile, { name, size }: { name: string; size: number }): void {
  const { header } = file;
  if (size === header.size) return;
  throw file.error(`the disk had ${size} bytes when the snapshot '${name}' was taken, and has ${header.size}`);
}

/**
 * Forgets a snapshot.
 * @throws StorageError if there is none
 */
export async function deleteSnapshot(disk: Qcow2Disk, name: string): Promise<void> {
  await forgetSnapshot(disk, (await disk.alone(() => findSnapshot(disk.metadata.file, name))).id);
}

/**
 * Forgets the snapshot of an ID.
 * @throws StorageError if there is none
 */
export function forgetSnapshot(disk: Qcow2Disk, id: string): Promise<void> {
  return disk.change(async (metadata) => {
    const { file } = metadata;
    const entries = await readSnapshots(file);
    const entry = entries.find((candidate) => candidate.id === id);
    if (entry === undefined) throw file.error(`has no snapshot '${id}'`);
    const l1 = await file.readTable(entry.l1Offset, entry.l1Size);
    const others = entries.filter((other) => other !== entry);
    await writeTable(metadata, entries, others);
    await dropReferences(metadata, l1, allOf(l1));
    metadata.free([entry.l1Offset, entry.l1Size * 8]);
    await metadata.commit();
    await setOwnFlags(metadata);
    await metadata.commit();
  });
}

/**
 * The snapshot of a name; if there is none, of an ID, as with qemu-img.
 * @throws StorageError if there is none
 */
export async function findSnapshot(file: ImageFile, name: string): Promise<SnapshotEntry> {
  const entries = await readSnapshots(file);
  const found = entries.find((entry) => entry.name === name) ?? entries.find(({ id }) => id === name);
  if (found === undefined) throw file.error(`has no snapshot '${name}'`);
  return found;
}

/** The header points to the new table when that is in the file. */
async function writeTable(
  metadata: Metadata,
  previous: readonly SnapshotEntry[],
  entries: readonly SnapshotEntry[],
): Promise<void> {
  const { file } = metadata;
  const { header } = file;
  const old = [header.snapshotsOffset, tableBytes(previous)] as const;
  const bytes = new Uint8Array(tableBytes(entries));
  let at = 0;
  for (const { raw } of entries) {
    bytes.set(raw, at);
    at += raw.length;
  }
  const offset = entries.length === 0 ? 0 : await writeNew(metadata, bytes);
  const pointer = new Uint8Array([...bigEndian(entries.length, 4), ...bigEndian(offset, 8)]);
  await file.writeHeaderField(field.snapshotCount, pointer);
  header.snapshotCount = entries.length;
  header.snapshotsOffset = offset;
  if (previous.length > 0) metadata.free(old);
}

/** Puts bytes into new clusters; returns where. They are in the file, and count as used there, then. */
async function writeNew(metadata: Metadata, bytes: Uint8Array): Promise<number> {
  const { file, refcounts } = metadata;
  const offset = await refcounts.allocate(Math.ceil(bytes.length / file.clusterSize));
  await file.store.write(offset, bytes);
  await metadata.commit();
  return offset;
}

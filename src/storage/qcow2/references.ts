import { StorageError } from '../store.ts';
import { type Entry, getEntry, setEntry, type Table } from '../table.ts';
import { decodeEntry, entryOffset, hostRange, isCompressedEntry, isOwnEntry, withOwnFlag } from './mapping.ts';
import type { Metadata } from './metadata.ts';

/** Entries of an L1 table, from the first to before the last. */
type Range = readonly [from: number, to: number];

export const allOf = (l1: Table): Range => [0, l1.bytes.length / 8];

/**
 * The L2 tables of a part of an L1 table: index of the entry, offset in the file.
 * @throws StorageError if one stands there twice: a small image could name one more often than anybody can wait for
 */
function tablesOf({ file }: Metadata, l1: Table, [from, to]: Range): Map<number, number> {
  const offsets = new Set<number>();
  const tables = new Map<number, number>();
  for (let index = from; index < to; index++) {
    const offset = entryOffset(getEntry(l1, index));
    if (offset === 0) continue;
    if (offsets.has(offset))
      throw new StorageError(
        file.store,
        `is damaged: an L1 table names the L2 table at 0x${offset.toString(16)} twice`,
      );
    offsets.add(offset);
    tables.set(index, offset);
  }
  return tables;
}

/** Does something with all that a part of an L1 table refers to, L2 tables among it: bytes of the file, offset and length. */
async function eachReference(
  metadata: Metadata,
  l1: Table,
  range: Range,
  act: (offset: number, bytes: number) => Promise<void>,
): Promise<void> {
  const { file, map } = metadata;
  for (const offset of tablesOf(metadata, l1, range).values()) {
    const table = await map.tables.get(offset);
    for (let n = 0; n < table.bytes.length / 8; n++) {
      const place = hostRange(decodeEntry(file, getEntry(table, n)), file.clusterSize);
      if (place) await act(...place);
    }
    await act(offset, file.clusterSize);
    if (metadata.isCrowded) await metadata.commit();
  }
}

/**
 * Counts one use more of all that a part of an L1 table refers to.
 * @throws StorageError if the image's counts have no bits for that; nothing has changed then
 */
export async function addReferences(metadata: Metadata, l1: Table, range: Range): Promise<void> {
  const { refcounts } = metadata;
  await eachReference(metadata, l1, range, (offset, bytes) => refcounts.checkRoom(offset, bytes));
  await eachReference(metadata, l1, range, (offset, bytes) => refcounts.addUses(offset, bytes));
}

/** Counts one use less of all that a part of an L1 table refers to; nothing points to the table any more. */
export async function dropReferences(metadata: Metadata, l1: Table, range: Range): Promise<void> {
  await eachReference(metadata, l1, range, async (offset, bytes) => metadata.free([offset, bytes]));
}

/** Says of all that an L1 table refers to that something else uses it too. */
export function clearOwnFlags(metadata: Metadata, l1: Table, range: Range): Promise<void> {
  return setFlags(metadata, l1, range, async () => false);
}

/** Says of all that the disk refers to whether something else uses it too, by the counts. */
export async function setOwnFlags(metadata: Metadata): Promise<void> {
  const { map, refcounts, file } = metadata;
  const isOwn = async (offset: number) => (await refcounts.get(Math.floor(offset / file.clusterSize))) === 1;
  await setFlags(metadata, map.l1, allOf(map.l1), isOwn);
}

type IsOwn = (offset: number) => Promise<boolean>;

async function setFlags(metadata: Metadata, l1: Table, range: Range, isOwn: IsOwn): Promise<void> {
  for (const [index, offset] of tablesOf(metadata, l1, range)) {
    const entry = getEntry(l1, index);
    await setFlagsOfTable(metadata, offset, isOwn);
    const own = await isOwn(offset);
    if (own !== isOwnEntry(entry)) setEntry(l1, index, withOwnFlag(entry, own));
    if (metadata.isCrowded) await metadata.commit();
  }
}

async function setFlagsOfTable({ map }: Metadata, offset: number, isOwn: IsOwn): Promise<void> {
  const { bytes } = await map.tables.get(offset);
  for (let n = 0; n < bytes.length / 8; n++) {
    const entry = getEntry(await map.tables.get(offset), n);
    if (!hasFlag(entry)) continue;
    const own = await isOwn(entryOffset(entry));
    if (own !== isOwnEntry(entry)) setEntry(await map.tables.get(offset), n, withOwnFlag(entry, own));
  }
}

/** Compressed data may share its clusters: it never has the flag. */
function hasFlag(entry: Entry): boolean {
  return !isCompressedEntry(entry) && entryOffset(entry) !== 0;
}

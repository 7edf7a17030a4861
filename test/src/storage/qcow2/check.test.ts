import { expect, test } from 'vitest';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { checkQcow2, repairAll, repairLeaks } from '../../../../src/storage/qcow2/check.ts';
import { createQcow2 } from '../../../../src/storage/qcow2/create.ts';
import { createSnapshot } from '../../../../src/storage/qcow2/image-snapshots.ts';
import { contents, MemoryHost } from '../memory-host.ts';

const { decompressor } = new MemoryHost();
const CLUSTER = 512;
/** Bytes of the disk that an L2 table tells of. */
const COVERED = (CLUSTER / 8) * CLUSTER;
/** Where the header says what it does: the L1 table, the snapshots. */
const field = { l1Offset: 40, snapshotCount: 60, snapshotsOffset: 64 } as const;
/** A data cluster cannot be there: entries have reserved bits. */
const WRONG_ENTRY = 0x1fen;

/** An image of four L2 tables' size, with a cluster at the start of the disk and with snapshots; and its bytes. */
async function imageWith(snapshots: readonly string[]): Promise<DataView> {
  const store = new MemoryStore('image');
  const disk = await createQcow2(store, { size: 4 * COVERED, clusterSize: CLUSTER }, decompressor);
  await disk.write(0, new Uint8Array(CLUSTER).fill(1));
  for (const name of snapshots) await createSnapshot(disk, { name, date: 0n });
  await disk.flush();
  return new DataView((await contents(store)).slice().buffer);
}

async function errorsOf(image: DataView): Promise<readonly string[]> {
  return (await checkQcow2(new MemoryStore('image', new Uint8Array(image.buffer)))).errors;
}

test('an L2 table that the disk has several times is an error, and is looked at once', async () => {
  const image = await imageWith([]);
  const l1 = Number(image.getBigUint64(field.l1Offset));
  const entry = image.getBigUint64(l1);
  for (const n of [1, 2, 3]) image.setBigUint64(l1 + 8 * n, entry);
  const l2 = Number(BigInt.asUintN(56, entry));
  image.setBigUint64(l2 + 8, WRONG_ENTRY);
  const errors = await errorsOf(image);
  expect(errors.filter((error) => error.includes('reserved bits'))).toHaveLength(1);
  const overlaps = `the L2 table at offset 0x${l2.toString(16)} overlaps other metadata`;
  expect(errors.filter((error) => error === overlaps)).toHaveLength(3);
});

test('what an L2 table points to is used once for each snapshot that has the table', async () => {
  const image = await imageWith(['one', 'two']);
  expect(await errorsOf(image)).toEqual([]);
});

test('an L1 table that two snapshots have is an error, and is looked at once', async () => {
  const image = await imageWith(['one', 'two']);
  const first = Number(image.getBigUint64(field.snapshotsOffset));
  const l1 = image.getBigUint64(first);
  const entryBytes =
    Math.ceil((40 + image.getUint32(first + 36) + image.getUint16(first + 12) + image.getUint16(first + 14)) / 8) * 8;
  image.setBigUint64(first + entryBytes, l1);
  image.setBigUint64(Number(l1) + 8, 1n << 40n);
  const errors = await errorsOf(image);
  expect(errors).toContain(`the L1 table of a snapshot at offset 0x${l1.toString(16)} overlaps other metadata`);
  expect(errors.filter((error) => error.includes('0x10000000000 is beyond the end'))).toHaveLength(1);
});

test.each(['L1', 'L2'])('what an %s entry has lost is no leak, and does not become free', async (level) => {
  const image = await imageWith([]);
  const l1 = Number(image.getBigUint64(field.l1Offset));
  const l2 = Number(BigInt.asUintN(56, image.getBigUint64(l1)));
  image.setBigUint64(level === 'L1' ? l1 : l2, 1n << 63n);
  const problem = `entry 0 of an ${level} table has a COPIED flag and no offset`;
  expect(await errorsOf(image)).toEqual([problem]);
  for (const repair of [repairLeaks, repairAll]) {
    const store = new MemoryStore('image', new Uint8Array(image.buffer.slice(0)));
    const { leaks } = await repair(store);
    const left = await checkQcow2(store);
    expect(left).toMatchObject({ errors: [problem], leaks });
    expect(leaks).toBeGreaterThan(0);
  }
});

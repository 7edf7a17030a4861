import { describe, expect, test } from 'vitest';
import type { BlockDisk } from '../../../../src/storage/blocks/disk.ts';
import { extentsOf } from '../../../../src/storage/extents.ts';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { openDisk } from '../../../../src/storage/open.ts';
import type { ByteStore } from '../../../../src/storage/store.ts';
import { TableMemory } from '../../../../src/storage/table-memory.ts';
import { createVdi } from '../../../../src/storage/vdi/image.ts';
import { GrainMap } from '../../../../src/storage/vmdk/grains.ts';
import { newHeader } from '../../../../src/storage/vmdk/header.ts';
import { createVmdk } from '../../../../src/storage/vmdk/image.ts';
import { MemoryHost } from '../memory-host.ts';

// Images that claim much more than they have.

const { decompressor } = new MemoryHost();
const SECTOR = 512;
const DIRECTORY = 4 * SECTOR;

/** A store that counts its reads. */
class CountingStore extends MemoryStore {
  reads = 0;

  override read(offset: number, target: Uint8Array): Promise<void> {
    this.reads++;
    return super.read(offset, target);
  }
}

interface Grains {
  /** Entries of the directory: sectors of tables. */
  readonly directory: readonly number[];
  /** Tables by their sectors: sectors of grains. */
  readonly tables: Readonly<Record<number, readonly number[]>>;
  readonly flags?: number;
}

/** A VMDK file with a directory of 65,536 tables: 2 TB with grains of 64 KB. */
async function vmdkWith({ directory, tables }: Grains, bytes: number): Promise<CountingStore> {
  const store = new CountingStore('image.vmdk');
  await store.resize(bytes);
  const header = {
    ...{ size: 2 ** 41, grainSize: 65_536, tableEntries: 512, hasZeroGrains: false, isCompressed: false },
    ...{
      descriptor: { offset: 0, length: 0 },
      redundantOffset: DIRECTORY,
      directoryOffset: DIRECTORY,
      overhead: SECTOR,
    },
  };
  await store.write(0, newHeader(header));
  const put = (offset: number, numbers: readonly number[]) =>
    store.write(offset, new Uint8Array(Uint32Array.from(numbers).buffer));
  await put(DIRECTORY, directory);
  for (const [sector, entries] of Object.entries(tables)) await put(Number(sector) * SECTOR, entries);
  return store;
}

const openSparse = async (store: ByteStore): Promise<BlockDisk> => {
  const host = new MemoryHost();
  host.open = async () => store;
  host.identify = async () => store.identity;
  return (await openDisk(host, 'image.vmdk', { access: 'read', format: 'vmdk' })) as BlockDisk;
};

describe('a VMDK image of 2 TB with two grains', () => {
  const grains = { directory: [600, ...new Array(60_000).fill(0), 604], tables: { 600: [0, 1280], 604: [1408] } };

  test('is checked without a look at each grain that it claims', async () => {
    const store = await vmdkWith(grains, 1 << 20);
    const disk = await openSparse(store);
    expect(await disk.check()).toMatchObject({ errors: [], totalClusters: 2 ** 25, allocatedClusters: 2 });
    expect(store.reads).toBeLessThan(20);
  });

  test('has few extents, which few reads find', async () => {
    const store = await vmdkWith(grains, 1 << 20);
    const extents = [];
    for await (const { isData, start, length } of extentsOf(await openSparse(store)))
      if (isData) extents.push([start, length]);
    expect(extents).toEqual([
      [65_536, 65_536],
      [60_001 * 512 * 65_536, 65_536],
    ]);
    expect(store.reads).toBeLessThan(20);
  });

  test('is known to be zero elsewhere, as far as somebody asks', async () => {
    const disk = await openSparse(await vmdkWith(grains, 1 << 20));
    expect(await disk.zeroRun(2 ** 26, 2 ** 40)).toBe(2 ** 40);
    expect(await disk.zeroRun(2 ** 26, 100)).toBe(100);
  });
});

test('a VMDK image that names one table for all grains is refused', async () => {
  const store = await vmdkWith({ directory: new Array(60_000).fill(600), tables: { 600: [0, 1280] } }, 1 << 20);
  await expect(openSparse(store)).rejects.toThrow(
    'image.vmdk: names 60000 tables of grains: more than its 1048576 bytes have room for',
  );
});

test('tables beyond the end of a VMDK image do not keep what it has from being read', async () => {
  const store = await vmdkWith(
    { directory: [600, ...new Array(60_000).fill(2 ** 31)], tables: { 600: [1280] } },
    1 << 20,
  );
  await store.write(1280 * SECTOR, new Uint8Array(512).fill(7));
  const disk = await openSparse(store);
  const bytes = new Uint8Array(512);
  await disk.read(0, bytes);
  expect(bytes[0]).toBe(7);
  await expect(disk.read(2 ** 25, bytes)).rejects.toThrow('the grain table at byte 1099511627776 is beyond the end');
  expect((await disk.check()).errors).toHaveLength(1000);
});

test('the extents before a damaged one are told', async () => {
  const store = await vmdkWith({ directory: [600], tables: { 600: [1280, 1408, 2 ** 31] } }, 1 << 20);
  const lengths: number[] = [];
  const walk = async () => {
    for await (const { length } of extentsOf(await openSparse(store), 0, 1 << 20)) lengths.push(length);
  };
  await expect(walk()).rejects.toThrow(/says that grain 2 is at byte/);
  expect(lengths).toEqual([131_072]);
});

test('grains are found in memory for tables that all images of a chain have together', async () => {
  const store = await vmdkWith({ directory: [600], tables: { 600: [1280] } }, 1 << 20);
  const tables = new TableMemory(2 ** 18);
  await GrainMap.load({ store, decompressor, tables: new TableMemory(2 ** 19) });
  await expect(GrainMap.load({ store, decompressor, tables })).rejects.toThrow(
    'needs 262144 bytes of memory for its tables beside 262144 of images that belong to it; 262144 are possible',
  );
});

test('a new image whose tables would not be read is not made, and the file stays as it was', async () => {
  const store = new MemoryStore('image', new Uint8Array(512).fill(1));
  const tooLarge = /^image: needs \d+ bytes of memory for its tables/;
  await expect(createVdi(store, { size: 2 ** 52, isFixed: false })).rejects.toThrow(tooLarge);
  await expect(createVmdk(store, 2 ** 52, decompressor)).rejects.toThrow(tooLarge);
  expect(store.size).toBe(512);
});

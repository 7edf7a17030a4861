import { expect, test } from 'vitest';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import type { ByteStore, Disk } from '../../../../src/storage/store.ts';
import { TableMemory } from '../../../../src/storage/table-memory.ts';
import { MB, readHeader } from '../../../../src/storage/vhdx/header.ts';
import { createVhdx, openVhdx } from '../../../../src/storage/vhdx/image.ts';
import { createVmdk, openVmdk } from '../../../../src/storage/vmdk/image.ts';
import { contents, MemoryHost } from '../memory-host.ts';

// Marks by which other programs see that the contents of an image have changed.

const { decompressor } = new MemoryHost();
const fail = async (): Promise<never> => {
  throw new Error('there is no other image');
};

async function textOf(store: ByteStore): Promise<string> {
  return Buffer.from(await contents(store)).toString('latin1');
}

/** The content identifier of a VMDK image. */
async function idOf(store: ByteStore): Promise<string> {
  return /^CID=(\w+)$/m.exec(await textOf(store))![1]!;
}

/** An image of a megabyte whose first sector is ones. */
async function base(): Promise<MemoryStore> {
  const store = new MemoryStore('base.vmdk');
  const disk = await createVmdk(store, MB, decompressor);
  await disk.write(0, new Uint8Array(512).fill(1));
  await disk.flush();
  return store;
}

function open(store: ByteStore, others: Partial<Parameters<typeof openVmdk>[0]> = {}): Promise<Disk> {
  return openVmdk({
    store,
    decompressor,
    internalSnapshot: undefined,
    tables: new TableMemory(),
    openBacking: fail,
    openPart: fail,
    ...others,
  });
}

/** A descriptor of one part, which stands on `base.vmdk` as it was with this identifier. */
const described = (parentId: string) =>
  new MemoryStore(
    'child.vmdk',
    Buffer.from(
      [
        ...['# Disk DescriptorFile', 'version=1', 'CID=12345678', `parentCID=${parentId}`],
        ...['parentFileNameHint="base.vmdk"', 'createType="twoGbMaxExtentSparse"', `RW ${MB / 512} SPARSE "part.vmdk"`],
      ].join('\n'),
    ),
  );

async function openChild(store: ByteStore, parent: ByteStore): Promise<Disk> {
  const part = new MemoryStore('part.vmdk');
  await createVmdk(part, MB, decompressor);
  return open(store, { openBacking: () => open(parent), openPart: async () => part });
}

test('a VMDK image has another content identifier once it is written', async () => {
  const store = await base();
  const before = await idOf(store);
  const disk = await open(store);
  await disk.read(0, new Uint8Array(512));
  await disk.zero(MB / 2, 512);
  await disk.flush();
  expect(await idOf(store)).toBe(before);
  await disk.write(0, new Uint8Array(512).fill(2));
  const after = await idOf(store);
  expect(after).toMatch(/^[0-9a-f]{8}$/);
  expect(after).not.toBe(before);
  await disk.write(512, new Uint8Array(512).fill(3));
  expect(await idOf(store)).toBe(after);
});

test('a VMDK image of parts has it in its descriptor', async () => {
  const parent = await base();
  const store = described(await idOf(parent));
  const disk = await openChild(store, parent);
  const bytes = new Uint8Array(512);
  await disk.read(0, bytes);
  expect(bytes[0]).toBe(1);
  expect(await idOf(store)).toBe('12345678');
  await disk.write(4096, new Uint8Array(512));
  expect(await idOf(store)).not.toBe('12345678');
  const changed = await textOf(store);
  expect(changed.replace(/^CID=.*$/m, '')).toBe((await textOf(described(await idOf(parent)))).replace(/^CID=.*$/m, ''));
  await disk.close();
  await expect(store.read(0, bytes)).rejects.toThrow(/is closed/);
});

test('a VMDK image on one that has changed since is refused', async () => {
  const parent = await base();
  const before = await idOf(parent);
  const writer = await open(parent);
  await writer.write(0, new Uint8Array(512));
  await writer.flush();
  await expect(openChild(described(before), parent)).rejects.toThrow(/child.vmdk: stands on base.vmdk.* has changed/);
});

test('a VHDX image has other identifiers once it is written, also where it has the block', async () => {
  const store = new MemoryStore('image');
  const first = await createVhdx(store, { size: 20 * MB, isFixed: true });
  await first.flush();
  const before = await readHeader(store);
  const disk = await openVhdx({ store, tables: new TableMemory() });
  await disk.write(0, new Uint8Array(512).fill(1));
  const after = await readHeader(store);
  expect(after.dataWriteId).not.toEqual(before.dataWriteId);
  expect(after.fileWriteId).not.toEqual(before.fileWriteId);
});

import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkBlocks } from '../../../../src/storage/blocks/check.ts';
import type { BlockPlace } from '../../../../src/storage/blocks/map.ts';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { openDisk } from '../../../../src/storage/open.ts';
import { StorageError } from '../../../../src/storage/store.ts';
import { TableMemory } from '../../../../src/storage/table-memory.ts';
import { seal } from '../../../../src/storage/vhdx/checksum.ts';
import { newGuid } from '../../../../src/storage/vhdx/guid.ts';
import { headerOffsets, MB } from '../../../../src/storage/vhdx/header.ts';
import { createVhdx, openVhdx } from '../../../../src/storage/vhdx/image.ts';
import { LOG_SECTOR, logEntry } from '../../../../src/storage/vhdx/log.ts';
import { DESCRIPTOR_START } from '../../../../src/storage/vmdk/descriptor.ts';
import { newHeader } from '../../../../src/storage/vmdk/header.ts';
import { openVmdk } from '../../../../src/storage/vmdk/image.ts';
import { contents, MemoryHost } from '../memory-host.ts';

// Images that somebody has made to do harm.

/** Fields of a VHDX header. */
const [LOG_ID, LOG_LENGTH, LOG_OFFSET] = [48, 68, 72];
const NO_ID = new Uint8Array(16);

/** A VHDX image whose headers have this log. */
async function vhdxWith(log: Uint8Array, logId: Uint8Array, length = log.length): Promise<Uint8Array> {
  const store = new MemoryStore('image');
  const disk = await createVhdx(store, { size: 20 * MB, isFixed: false });
  await disk.flush();
  const before = await contents(store);
  const at = Math.ceil(before.length / MB) * MB;
  const image = new Uint8Array(at + log.length);
  image.set(before);
  image.set(log, at);
  const view = new DataView(image.buffer);
  for (const header of headerOffsets) {
    image.set(logId, header + LOG_ID);
    view.setUint32(header + LOG_LENGTH, length, true);
    view.setBigUint64(header + LOG_OFFSET, BigInt(at), true);
    seal(image.subarray(header, header + 4096), 'head');
  }
  return image;
}

test.each([0, 4096, MB + 4096])('a VHDX image with a log of %i bytes is not written', async (length) => {
  const image = await vhdxWith(new Uint8Array(2 * MB), NO_ID, length);
  await expect(openVhdx({ store: new MemoryStore('image', image), tables: new TableMemory() })).rejects.toThrow(
    /has a log of \d+ bytes/,
  );
  const disk = await openVhdx({ store: new MemoryStore('image', image, true), tables: new TableMemory() });
  await disk.read(0, new Uint8Array(512));
});

test('a VHDX image whose log is many entries over each other is damaged', async () => {
  const [log, logId] = [new Uint8Array(32 * MB), newGuid()];
  const view = new DataView(log.buffer);
  for (let at = 0; at < log.length; at += LOG_SECTOR) {
    log.set(new TextEncoder().encode('loge'), at);
    view.setUint32(at + 8, log.length, true);
    log.set(logId, at + 32);
  }
  const image = await vhdxWith(log, logId);
  await expect(openVhdx({ store: new MemoryStore('image', image, true), tables: new TableMemory() })).rejects.toThrow(
    /its log is damaged/,
  );
});

test('a VHDX image whose log changes what is beyond its end is not written', async () => {
  const [log, logId] = [new Uint8Array(MB), newGuid()];
  const patches = [0, 2 ** 50].map((offset) => ({ offset, length: LOG_SECTOR, bytes: new Uint8Array(LOG_SECTOR) }));
  log.set(logEntry(logId, patches, MB));
  const image = await vhdxWith(log, logId);
  const store = new MemoryStore('image', image);
  await expect(openVhdx({ store, tables: new TableMemory() })).rejects.toThrow(/a log that goes beyond its end/);
  expect(Buffer.compare(await contents(store), image)).toBe(0);
});

/** Opens a descriptor of VMware's with these lines. */
function openDescribed(...lines: readonly string[]) {
  const fail = async (): Promise<never> => {
    throw new StorageError({ name: 'image' }, 'names another file');
  };
  const text = [DESCRIPTOR_START, ...lines].join('\n');
  return openVmdk({
    ...{ store: new MemoryStore('image', new TextEncoder().encode(text)), decompressor: new MemoryHost().decompressor },
    ...{ internalSnapshot: undefined, openBacking: fail, openPart: fail, tables: new TableMemory() },
  });
}

test('a VMDK descriptor with a long line is read at once', async () => {
  const disk = await openDescribed(`CID=${' '.repeat(500_000)}"x"y`, 'RW 8 ZERO');
  expect(disk.size).toBe(4096);
});

test('a VMDK descriptor of parts that are too much together is refused', async () => {
  const part = `RW ${2 ** 43} ZERO`;
  await expect(openDescribed(part, part, part)).rejects.toThrow(/parts of its disk: not possible/);
});

test('a VMDK descriptor with a part of a kind that there is not is refused', async () => {
  await expect(openDescribed('RW 8 constructor "a"')).rejects.toThrow(/has a part that is not supported/);
});

test('a check names a thousand mistakes at most', async () => {
  const store = new MemoryStore('image');
  const unused = async (): Promise<never> => {
    throw new StorageError(store, 'is not written');
  };
  const place = async (block: number): Promise<BlockPlace> => {
    if (block % 2 === 0) return { kind: 'data', offset: 0 };
    throw new StorageError(store, `block ${block} is nowhere`);
  };
  const run = async (block: number) => ({ place: await place(block), blocks: 1 });
  const map = { ...{ format: 'none', store, size: 512 * 10_000, blockSize: 512 }, place, run };
  const { errors } = await checkBlocks({ ...map, reserve: unused, set: unused, commit: unused });
  expect(errors).toHaveLength(1000);
});

/** A compressed VMDK image whose grains are all at one place, where that of the first one is. */
async function compressedVmdk(grains: number): Promise<Uint8Array> {
  const [GRAIN, SECTOR, DIRECTORY, TABLE, DATA] = [65_536, 512, 512, 1024, 4096];
  const bytes = new Uint8Array(2 * GRAIN);
  const layout = {
    size: grains * GRAIN,
    grainSize: GRAIN,
    tableEntries: 512,
    hasZeroGrains: false,
    isCompressed: true,
  };
  const places = { redundantOffset: DIRECTORY, directoryOffset: DIRECTORY, overhead: DATA };
  bytes.set(newHeader({ ...layout, descriptor: { offset: 0, length: 0 }, ...places }));
  const view = new DataView(bytes.buffer);
  const [FLAGS, COMPRESSION] = [8, 77];
  view.setUint32(FLAGS, 1 | (1 << 16), true);
  view.setUint16(COMPRESSION, 1, true);
  view.setUint32(DIRECTORY, TABLE / SECTOR, true);
  for (let n = 0; n < grains; n++) view.setUint32(TABLE + n * 4, DATA / SECTOR, true);
  const packed = deflateSync(new Uint8Array(GRAIN).fill(5));
  view.setUint32(DATA + 8, packed.length, true);
  bytes.set(packed, DATA + 12);
  return bytes;
}

test('a compressed VMDK grain whose entry leads to the one that was read before is damaged', async () => {
  const host = new MemoryHost();
  host.files.set('image.vmdk', await compressedVmdk(2));
  const disk = await openDisk(host, 'image.vmdk', { access: 'read' });
  const sector = new Uint8Array(512);
  await disk.read(0, sector);
  expect(sector[0]).toBe(5);
  await expect(disk.read(65_536, sector)).rejects.toThrow('its compressed grain 1 at byte 4096 is damaged');
  await disk.read(512, sector);
  expect(sector[0]).toBe(5);
});

test('zeros of a VHDX log are not written where the host keeps nothing', async () => {
  const [log, logId] = [new Uint8Array(MB), newGuid()];
  const image = await vhdxWith(log, logId);
  const claimed = 2 ** 36;
  const entry = logEntry(logId, [{ offset: 0, length: LOG_SECTOR, bytes: new Uint8Array(LOG_SECTOR) }], claimed);
  const view = new DataView(entry.buffer);
  entry.set(new TextEncoder().encode('zero'), 64);
  view.setBigUint64(72, BigInt(claimed / 2), true);
  view.setBigUint64(80, BigInt(claimed / 2), true);
  seal(entry, 'loge');
  image.set(entry, image.length - MB);
  const store = new MemoryStore('image', image);
  await store.resize(claimed);
  const disk = await openVhdx({ store, tables: new TableMemory() });
  await disk.close();
  expect(store.allocation(claimed / 2)).toEqual({ isHole: true, length: claimed / 2 });
});

import { expect, test } from 'vitest';
import { checkBlocks } from '../../../../src/storage/blocks/check.ts';
import type { BlockPlace } from '../../../../src/storage/blocks/map.ts';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { StorageError } from '../../../../src/storage/store.ts';
import { TableMemory } from '../../../../src/storage/table-memory.ts';
import { seal } from '../../../../src/storage/vhdx/checksum.ts';
import { newGuid } from '../../../../src/storage/vhdx/guid.ts';
import { headerOffsets, MB } from '../../../../src/storage/vhdx/header.ts';
import { createVhdx, openVhdx } from '../../../../src/storage/vhdx/image.ts';
import { LOG_SECTOR, logEntry } from '../../../../src/storage/vhdx/log.ts';
import { DESCRIPTOR_START } from '../../../../src/storage/vmdk/descriptor.ts';
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

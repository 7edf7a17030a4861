import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { OverlayDisk } from '../../../../src/storage/overlay.ts';
import { OVERLAY_PAGE, OverlayPages } from '../../../../src/storage/overlay-pages.ts';
import { checkQcow2 } from '../../../../src/storage/qcow2/check.ts';
import { createQcow2, type NewQcow2 } from '../../../../src/storage/qcow2/create.ts';
import { Qcow2Disk } from '../../../../src/storage/qcow2/disk.ts';
import { resizeQcow2 } from '../../../../src/storage/qcow2/resize.ts';
import { RawDisk } from '../../../../src/storage/raw.ts';
import { contents, MemoryHost } from '../memory-host.ts';
import { everything, firstDifference, operations, perform } from './operations.ts';

const { decompressor } = new MemoryHost();
const SIZE = 40_000;
const WHOLE_SECTORS = Math.ceil(SIZE / 512) * 512;
const base = new RawDisk(new MemoryStore('base', new Uint8Array(SIZE - 3000).fill(0xee)));
const backing = { file: 'base', format: 'raw', disk: base };

const shapes: readonly (readonly [string, NewQcow2])[] = [
  ['version 3', { size: SIZE, clusterSize: 512 }],
  ['version 2', { size: SIZE, clusterSize: 1024, version: 2 }],
  ['version 3 with a backing disk', { size: SIZE, clusterSize: 512, backing }],
  ['version 2 with a backing disk', { size: SIZE, clusterSize: 1024, version: 2, backing }],
  ['counts of one bit', { size: SIZE, clusterSize: 512, refcountBits: 1 }],
  ['counts of 64 bits', { size: SIZE, clusterSize: 512, refcountBits: 64 }],
  ['usual clusters', { size: SIZE, backing }],
];

/** The initial contents of a disk of such a shape. */
async function initial(shape: NewQcow2): Promise<Uint8Array> {
  const bytes = new Uint8Array(SIZE);
  if (shape.backing) await base.read(0, bytes.subarray(0, base.size));
  return bytes;
}

describe.each(shapes)('%s', (_name, shape) => {
  test('does what an array of bytes does, and stays consistent', async () => {
    await fc.assert(
      fc.asyncProperty(operations(SIZE, 25), async (list) => {
        const store = new MemoryStore('image');
        const disk = await createQcow2(store, shape, decompressor);
        const model = await initial(shape);
        for (const operation of list) await perform(disk, model, operation);
        expect(firstDifference(await everything(disk), model)).toBe(-1);
        await disk.flush();
        const copy = new MemoryStore('copy', await contents(store));
        expect(
          firstDifference(await everything(await Qcow2Disk.open(copy, shape.backing?.disk, decompressor)), model),
        ).toBe(-1);
        expect(await checkQcow2(copy)).toMatchObject({ errors: [], leaks: 0 });
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});

/** Bytes that compress to a length that depends on the noise; `noise`: how many of them are like random ones. */
function halfNoise(length: number, value: number, noise: number): Uint8Array {
  return new Uint8Array(length).map((_, n) => (n < noise ? (n * n * 31 + value * n + (n >> 3)) ^ (n << 2) : value));
}

/** Compressed data may be followed by other bytes. Now and then it ends where a cluster does then. */
function padded(bytes: Uint8Array): Uint8Array {
  const length = Math.ceil(bytes.length / 128) * 128;
  const result = new Uint8Array(length);
  result.set(bytes);
  return result;
}

describe.each([
  ['counts of two bits', { size: SIZE, clusterSize: 512, refcountBits: 2 }],
  ['counts of one bit', { size: SIZE, clusterSize: 512, refcountBits: 1 }],
  ['a backing disk', { size: SIZE, clusterSize: 1024, backing }],
] satisfies [string, NewQcow2][])('compressed clusters, with %s', (_name, shape) => {
  const compressed = fc.tuple(fc.nat(Math.floor(SIZE / shape.clusterSize) - 1), fc.nat(255), fc.nat(shape.clusterSize));
  const steps = fc.array(fc.tuple(compressed, operations(SIZE, 1)), { maxLength: 40 });

  test('are what was written, among others', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const store = new MemoryStore('image');
        const disk = await createQcow2(store, shape, decompressor);
        const model = await initial(shape);
        for (const [[cluster, value, noise], others] of list) {
          const bytes = halfNoise(shape.clusterSize, value, noise);
          const packed = padded(deflateRawSync(bytes, { windowBits: 12 }));
          if (packed.length < bytes.length) {
            await disk.writeCompressed(cluster * shape.clusterSize, packed);
            model.set(bytes, cluster * shape.clusterSize);
          }
          for (const operation of others) await perform(disk, model, operation);
        }
        expect(firstDifference(await everything(disk), model)).toBe(-1);
        await disk.flush();
        expect(await checkQcow2(store)).toMatchObject({ errors: [], leaks: 0 });
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});

test('a disk larger than its first refcount table covers', async () => {
  const store = new MemoryStore('image');
  const size = 24 << 20;
  const disk = await createQcow2(store, { size, clusterSize: 512 }, decompressor);
  const bytes = new Uint8Array(size).map((_, index) => index >> 9);
  await disk.write(0, bytes);
  await disk.flush();
  expect(await checkQcow2(store)).toMatchObject({ errors: [], leaks: 0, allocatedClusters: size / 512 });
  const copy = await Qcow2Disk.open(new MemoryStore('copy', await contents(store)), undefined, decompressor);
  expect(Buffer.compare(await everything(copy), bytes)).toBe(0);
});

test('a resized disk keeps what it had, and what is new reads as zero', async () => {
  const store = new MemoryStore('image');
  const shape = { size: 10_000, clusterSize: 512, backing };
  const disk = await createQcow2(store, shape, decompressor);
  await disk.write(0, new Uint8Array(10_000).fill(7));
  await resizeQcow2(disk, 5120);
  expect(disk.size).toBe(5120);
  await expect(resizeQcow2(disk, 3_000_000)).rejects.toThrow('must be a multiple of 512');
  await resizeQcow2(disk, 3_000_320);
  const bytes = await everything(disk);
  expect(bytes.subarray(0, 5120).every((byte) => byte === 7)).toBe(true);
  expect(bytes.subarray(5120).every((byte) => byte === 0)).toBe(true);
  expect(await checkQcow2(store)).toMatchObject({ errors: [], leaks: 0 });
});

test('what neither an image nor its backing image has is known to be zero', async () => {
  const below = await createQcow2(new MemoryStore('below'), { size: 8192, clusterSize: 512 }, decompressor);
  await below.write(2048, new Uint8Array(512).fill(1));
  const shape = { size: 16_384, clusterSize: 512, backing: { file: 'below', format: 'qcow2', disk: below } };
  const disk = await createQcow2(new MemoryStore('image'), shape, decompressor);
  await disk.write(1024, new Uint8Array(512).fill(2));
  const runs = [0, 1024, 1536, 2048, 2560, 8192];
  expect(await Promise.all(runs.map((offset) => disk.zeroRun(offset, disk.size)))).toEqual([
    1024, 0, 512, 0, 5632, 8192,
  ]);
});

test.each([
  ['memory', 64],
  ['memory and scratch space', 1],
  ['scratch space', 0],
])('an overlay keeps changes in %s', async (_where, pages) => {
  await fc.assert(
    fc.asyncProperty(operations(SIZE, 20), async (list) => {
      const below = new MemoryStore('below', new Uint8Array(WHOLE_SECTORS).fill(3));
      const scratch = { open: async () => new MemoryStore('scratch') };
      const kept = new OverlayPages(scratch, pages * OVERLAY_PAGE);
      const disk = new OverlayDisk(new RawDisk(below), kept);
      const model = new Uint8Array(WHOLE_SECTORS).fill(3);
      for (const operation of list) await perform(disk, model, operation);
      expect(firstDifference(await everything(disk), model)).toBe(-1);
      expect((await contents(below)).every((byte) => byte === 3)).toBe(true);
      expect(kept.memory).toBeLessThanOrEqual(pages * OVERLAY_PAGE);
    }),
    { numRuns: 30, seed: 1 },
  );
});

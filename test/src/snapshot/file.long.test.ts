import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../runtime/crc32.ts';
import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { nodeCompressor } from '../../../src/node/files/compressor.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { type Compressor, uncompressed } from '../../../src/snapshot/compression.ts';
import { FIXED_BYTES, SnapshotError, VERSION, writeFixedPart } from '../../../src/snapshot/layout.ts';
import { readSnapshot, SnapshotReader } from '../../../src/snapshot/read.ts';
import { writeSnapshot } from '../../../src/snapshot/write.ts';
import { Random } from '../../support/random.ts';

const deflate: Compressor = { method: 'deflate', compress: async (bytes) => deflateRawSync(bytes) };
const none = uncompressed(nodeCompressor);
const read = (file: Uint8Array) => readSnapshot('a.snapshot', file, nodeStorage.decompressor);

/** Bytes that don't compress and are alike nowhere. */
function noise(length: number, seed = 1): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.below(256));
}

const state: Saved = {
  cpu: { eip: 0xffff_fff0, mode: 'real', halted: false, list: [1, [2, -3.5]] },
  empty: { bytes: new Uint8Array(0), list: [], object: {} },
  memory: Uint8Array.from([...noise(5000), ...new Uint8Array(9000), ...noise(5000)]),
};

test.each([nodeCompressor, deflate, none])(
  'a state comes out of its file as it went in: $method',
  async (compressor) => {
    expect(await read(await writeSnapshot(state, compressor))).toEqual(state);
  },
);

test('a file is read from any place in its buffer', async () => {
  const file = await writeSnapshot(state, deflate);
  const moved = new Uint8Array(file.length + 3);
  moved.set(file, 3);
  expect(await read(moved.subarray(3))).toEqual(state);
});

test('pages that are alike are stored once, and zeros not at all', async () => {
  const page = noise(4096);
  const one = await writeSnapshot({ memory: page }, deflate);
  const many = await writeSnapshot({ memory: repeat(page, 300), zeros: new Uint8Array(10 << 20) }, deflate);
  expect(many.length - one.length).toBeLessThan(100);
  expect(await read(many)).toEqual({ memory: repeat(page, 300), zeros: new Uint8Array(10 << 20) });
});

function repeat(page: Uint8Array, count: number): Uint8Array {
  const bytes = new Uint8Array(page.length * count);
  for (let n = 0; n < count; n++) bytes.set(page, n * page.length);
  return bytes;
}

describe('a file without compression', () => {
  const memory = noise((2 << 20) + 12_345);
  const repeated = new Uint8Array([...memory.subarray(0, 4096), ...memory.subarray(0, 4096), ...memory]);

  /** The file in memory that threads share. */
  async function shared(saved: Saved): Promise<Uint8Array> {
    const file = await writeSnapshot(saved, none);
    const bytes = new Uint8Array(new SharedArrayBuffer(file.length));
    bytes.set(file);
    return bytes;
  }
  const open = (file: Uint8Array) => SnapshotReader.open('it', file, nodeStorage.decompressor);

  test('gives bytes where they are, at a multiple of four', async () => {
    const file = await shared({ odd: 'abc', repeated });
    const found = (await (await open(file)).part('repeated', 'in place')) as Uint8Array;
    expect(found).toEqual(repeated);
    expect(found.buffer).toBe(file.buffer);
    expect(found.byteOffset % 4).toBe(0);
  });

  test('gives copies where these are asked for, and where zeros are left out', async () => {
    const gaps = new Uint8Array(3 * 4096);
    gaps.set(memory.subarray(0, 100), 4096);
    const file = await shared({ repeated, gaps });
    const copy = (await (await open(file)).part('repeated')) as Uint8Array;
    expect(copy).toEqual(repeated);
    expect(copy.buffer).not.toBe(file.buffer);
    const joined = (await (await open(file)).part('gaps', 'in place')) as Uint8Array;
    expect(joined).toEqual(gaps);
    expect(joined.buffer).not.toBe(file.buffer);
  });

  test('is refused where a byte has changed', async () => {
    const file = await shared({ repeated });
    file[file.length - 5000]! ^= 1;
    await expect((await open(file)).part('repeated', 'in place')).rejects.toThrow('a checksum is wrong');
  });
});

test('more than a chunk is read in parts', async () => {
  const memory = noise((2 << 20) + 12_345);
  expect(await read(await writeSnapshot({ memory }, nodeCompressor))).toEqual({ memory });
});

describe('a file that is read part by part', () => {
  const parts = { small: noise(4096, 1), large: noise(5 << 20, 2), other: noise(4096, 3), number: 7 };

  test('has only those chunks unpacked that a part is in', async () => {
    let unpacked = 0;
    const decompressor = {
      deflate: (source: Uint8Array, most: number) => {
        unpacked++;
        return nodeStorage.decompressor.deflate(source, most);
      },
    };
    const reader = await SnapshotReader.open('it', await writeSnapshot(parts, deflate), decompressor);
    expect(unpacked).toBe(1);
    expect(await reader.part('small')).toEqual(parts.small);
    expect(await reader.part('number')).toBe(7);
    expect(await reader.part('none')).toBeUndefined();
    expect(unpacked).toBe(2);
    expect(await reader.part('large')).toEqual(parts.large);
    expect(await reader.part('other')).toEqual(parts.other);
    expect(unpacked).toBe(1 + Math.ceil((5 * 256 + 2) / 256));
  });

  test('is damaged where a part is that nobody has asked for', async () => {
    const file = await writeSnapshot(parts, deflate);
    file[file.length - 100] ^= 1;
    const reader = await SnapshotReader.open('it', file, nodeStorage.decompressor);
    expect(await reader.part('small')).toEqual(parts.small);
    await expect(reader.check()).rejects.toThrow(
      new SnapshotError('it', 'is damaged: a checksum is wrong, or a part is missing'),
    );
    await expect(reader.part('other')).rejects.toThrow(SnapshotError);
  });
});

test.each<[string, Uint8Array]>([
  ['an empty file', new Uint8Array(0)],
  ['something else', new TextEncoder().encode('#!/bin/sh\necho this is a script, and a long one\n')],
])('%s is no snapshot', async (_, file) => {
  await expect(read(file)).rejects.toThrow(new SnapshotError('a.snapshot', 'is not a snapshot of a machine'));
});

test('a file of a later format says so', async () => {
  const file = await writeSnapshot(state, deflate);
  file[8] = VERSION + 1;
  new DataView(file.buffer).setUint32(FIXED_BYTES - 4, crc32(file.subarray(0, FIXED_BYTES - 4)), true);
  await expect(read(file)).rejects.toThrow(
    `a.snapshot: has version ${VERSION + 1} of the format; this rawiron reads up to ${VERSION}`,
  );
});

test('a file by a method that the host lacks says so', async () => {
  const file = await writeSnapshot(state, nodeCompressor);
  const { deflate } = nodeStorage.decompressor;
  const read = readSnapshot('a.snapshot', file, { deflate });
  if (nodeCompressor.method === 'deflate') expect(await read).toEqual(state);
  else await expect(read).rejects.toThrow('a.snapshot: is compressed by zstd');
});

test.each([deflate, none])('a file by $method with any byte changed, or cut anywhere, is refused', async (method) => {
  const file = await writeSnapshot({ cpu: { eip: 7 }, memory: noise(20) }, method);
  for (let at = 0; at < file.length; at++) {
    const changed = file.slice();
    changed[at]! ^= 0x10;
    await expect(read(changed), `byte ${at}`).rejects.toThrow(SnapshotError);
    await expect(read(file.subarray(0, at)), `first ${at} bytes`).rejects.toThrow(SnapshotError);
  }
});

/** A file with this header and right checksums. */
function forged(header: unknown, chunks: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const packed = deflateRawSync(json);
  const sizes = { headerBytes: packed.length, jsonBytes: json.length, headerChecksum: crc32(packed) };
  return Uint8Array.from([...writeFixedPart({ method: 'deflate', ...sizes }), ...packed, ...chunks]);
}

const bytesTree = (...list: unknown[]) => ({ tree: { memory: { '<bytes>': list } }, pieces: 0, chunks: [] });

test.each<[string, unknown]>([
  ['null', null],
  ['a number', 5],
  ['no tree', { pieces: 0, chunks: [] }],
  ['a missing value', { tree: { cpu: null }, pieces: 0, chunks: [] }],
  ['a table that is too short', { tree: {}, pieces: 1, chunks: [] }],
  ['a table of words', { tree: {}, pieces: 1, chunks: ['a', 'b'] }],
  ['pieces without end', { tree: {}, pieces: 1e15, chunks: [] }],
  ['chunks beyond its end', { tree: {}, pieces: 1, chunks: [1e9, 0] }],
  ['bytes that are missing', bytesTree(4096)],
  ['bytes without number', bytesTree()],
  ['a piece that is not there', bytesTree(4096, 1, 1)],
  ['a piece before the first', bytesTree(4096, -1, 1)],
  ['more than any machine has', bytesTree(2 ** 50, 0, 2 ** 40)],
])('a forged header with %s is refused', async (_, header) => {
  await expect(read(forged(header))).rejects.toThrow(SnapshotError);
});

test('a header that is larger than any can be is refused before it is unpacked', async () => {
  const json = new TextEncoder().encode(`${' '.repeat(16 << 20)}{}`);
  const packed = deflateRawSync(json);
  const sizes = { headerBytes: packed.length, jsonBytes: json.length, headerChecksum: crc32(packed) };
  const file = Buffer.concat([writeFixedPart({ method: 'deflate', ...sizes }), packed]);
  await expect(read(file)).rejects.toThrow(/is damaged: a checksum is wrong, or a part is missing/);
});

/** A file whose header is this text. */
function fileOf(header: unknown): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const packed = deflateRawSync(json);
  const fixed = writeFixedPart({
    ...{ method: 'deflate', headerBytes: packed.length, jsonBytes: json.length, headerChecksum: crc32(packed) },
  });
  return Uint8Array.from([...fixed, ...packed]);
}

test.each<[string, number[]]>([
  ['more pieces than its bytes take', [4096, 0, 2]],
  ['fewer', [8192, 0, 1]],
  ['a run of none', [4096, 0, 0, 0, 1]],
  ['runs without bytes', [0, 1, 1]],
])('a list of pieces is refused before anybody goes through it: %s', async (_, pieces) => {
  const file = fileOf({ tree: { memory: { '<bytes>': pieces } }, pieces: 0, chunks: [] });
  await expect(read(file)).rejects.toThrow('a list of pieces has');
});

test('lists that together claim more than a file may hold are refused before their chunks are looked for', async () => {
  const tree = Array.from({ length: 5 }, () => ({ '<bytes>': [2 ** 30, 0, 2 ** 18] }));
  const file = fileOf({ tree, pieces: 0, chunks: [] });
  await expect(read(file)).rejects.toThrow('claims to hold more than');
});

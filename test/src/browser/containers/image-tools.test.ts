import { createHash } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pageTools } from '../../../../src/browser/containers/image-tools.ts';
import { type Bytes, unpacked, wholeOf } from '../../../../src/containers/streams.ts';

const content = Buffer.from(Array.from({ length: 5000 }, (_, n) => `line ${n % 97}\n`).join(''));

/** A frame of zstd in which each four bytes mean 128 KB of zeros (RFC 8878, RLE_Block). */
function zeros(blocks: number): Buffer {
  const frame = Buffer.alloc(6 + 4 * blocks);
  frame.set([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]);
  for (let n = 0; n < blocks; n++) frame.writeUIntLE((131_072 << 3) | 2 | (n === blocks - 1 ? 1 : 0), 6 + 4 * n, 3);
  return frame;
}

/** Bytes in parts of a size, as a server may send them. */
async function* parts(bytes: Uint8Array, size: number): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const whole = async (packed: Uint8Array, size: number) =>
  Buffer.from(await wholeOf(unpacked(parts(packed, size), 'test', pageTools)));

const length = async (packed: Uint8Array, size: number) => (await whole(packed, size)).length;

test.each([1, 7, 1 << 20])('unpacks gzip and zstd, in one part or several, %i bytes at a time', async (size) => {
  const [first, second] = [content.subarray(0, 999), content.subarray(999)];
  for (const pack of [gzipSync, zstdCompressSync]) {
    expect(await whole(pack(content), size)).toEqual(content);
    expect(await whole(Buffer.concat([pack(first), pack(second)]), size)).toEqual(content);
  }
  expect(await whole(content, size)).toEqual(content);
});

test('computes the digests that Node does', () => {
  const hash = pageTools.sha256();
  for (const part of [content.subarray(0, 100), content.subarray(100)]) hash.update(part);
  expect(hash.digest()).toBe(createHash('sha256').update(content).digest('hex'));
});

test('refuses what is damaged, breaks off, or takes more memory than a page should give', async () => {
  for (const pack of [gzipSync, zstdCompressSync]) {
    const packed = Buffer.from(pack(content));
    await expect(length(packed.subarray(0, packed.length / 2), 100)).rejects.toThrow('test cannot be unpacked');
    await expect(length(packed.fill(0xff, 4, 12), 100)).rejects.toThrow('test cannot be unpacked');
  }
  const wide = zstdCompressSync(Buffer.alloc(40 << 20), { params: { [constants.ZSTD_c_windowLog]: 26 } });
  await expect(length(wide, 100)).rejects.toThrow('its window is larger than 33554432 bytes');
});

test.each([
  ['gzip', () => gzipSync(Buffer.alloc(256 << 20))],
  ['zstd', () => zeros(8192)],
])('what a bomb of %s becomes is not in memory before it can be refused', async (_, bomb) => {
  const packed = bomb();
  const before = process.memoryUsage().arrayBuffers;
  for await (const part of unpacked(parts(packed, packed.length), 'test', pageTools)) {
    expect(part.length).toBeGreaterThan(0);
    break;
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 << 20);
});

test('refuses frames of zstd, later ones too, that take a page long, or much memory', async () => {
  const small = Buffer.alloc(6 + 4 * 2000);
  // Blocks of one byte, each of which moves a window of 32 MB.
  small.set([0x28, 0xb5, 0x2f, 0xfd, 0, 0x78]);
  for (let n = 0; n < 2000; n++) small.writeUIntLE((1 << 3) | 2, 6 + 4 * n, 3);
  await expect(length(small, 1000)).rejects.toThrow('test cannot be unpacked: its blocks are too small for its window');
  const wide = Buffer.from(zeros(1)).fill(0xa0, 5, 6);
  const later = Buffer.concat([zstdCompressSync(content), wide]);
  for (const size of [1, 1000])
    await expect(length(later, size)).rejects.toThrow('its window is larger than 33554432 bytes');
});

test('passes over frames of zstd that can be skipped', async () => {
  const skipped = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);
  const packed = Buffer.concat([zstdCompressSync(content), skipped, zstdCompressSync(content)]);
  for (const size of [1, 7, 5000]) expect(await length(packed, size)).toBe(2 * content.length);
});

import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { unpackZstd } from '../../../src/browser/zstd.ts';
import { zstdWindow } from '../../../src/storage/zstd-frame.ts';
import { Random } from '../../support/random.ts';

/** Bytes of some kind: all alike, text, and by chance. */
function bytesOf(kind: number, length: number): Uint8Array {
  const random = new Random(kind + length);
  return Uint8Array.from({ length }, (_, n) => [7, (n * n) % 97, random.below(256)][kind]!);
}

const sizes = [0, 1, 100, 4096, 65_536, 1 << 20, (1 << 20) + 12_345];

test.each(sizes)('%i bytes of each kind that Node compressed are read, and what follows is not', (size) => {
  for (const kind of [0, 1, 2])
    for (const level of [1, 19]) {
      const bytes = bytesOf(kind, size);
      const packed = zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } });
      const followed = Buffer.concat([packed, Buffer.from('what follows')]);
      for (const source of [packed, followed]) expect(Buffer.compare(unpackZstd(source, size), bytes)).toBe(0);
    }
});

test('more bytes than there may be, and what is no frame, are errors', () => {
  const packed = zlib.zstdCompressSync(bytesOf(1, 10_000));
  expect(unpackZstd(packed, 10_001).length).toBe(10_000);
  expect(() => unpackZstd(packed, 9999)).toThrow(RangeError);
  expect(() => unpackZstd(new TextEncoder().encode('no frame at all, but some text'), 100)).toThrow();
  // It is a single segment, however large windows may be.
  const large = zlib.zstdCompressSync(bytesOf(2, 10_000_000), {
    params: { [zlib.constants.ZSTD_c_windowLog]: 26, [zlib.constants.ZSTD_c_enableLongDistanceMatching]: 1 },
  });
  expect(zstdWindow(large)).toBe(10_000_000);
  const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, (26 - 10) << 3, 1, 0, 0);
  expect(zstdWindow(header)).toBe(1 << 26);
  expect(() => unpackZstd(header, 100)).toThrow('its window is larger than');
  // A single segment of 1 GB; and the first one after a frame that is to be skipped.
  const segment = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x40, 1, 0, 0);
  expect(zstdWindow(segment)).toBe(1 << 30);
  expect(() => unpackZstd(segment, 100)).toThrow('its window is larger than');
  const skipped = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0, ...header);
  expect(() => unpackZstd(skipped, 100)).toThrow('there is no frame');
  for (let length = 0; length < packed.length; length += 7)
    expect(() => unpackZstd(packed.subarray(0, length), 10_000)).toThrow();
});

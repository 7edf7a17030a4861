import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodePng } from '../../../src/screen/png.ts';
import { encodePpm } from '../../../src/screen/ppm.ts';
import type { ScreenImage } from '../../../src/screen/renderer.ts';

/** Three dots wide, two lines high. */
const image: ScreenImage = {
  width: 3,
  height: 2,
  data: Uint8ClampedArray.from({ length: 24 }, (_, n) => (n % 4 === 3 ? 255 : 10 * n)),
};
const colors = [0, 10, 20, 40, 50, 60, 80, 90, 100, 120, 130, 140, 160, 170, 180, 200, 210, 220];

test('a PPM file has a header of text, and three bytes a dot', () => {
  const file = encodePpm(image);
  expect(new TextDecoder('latin1').decode(file.subarray(0, 11))).toBe('P6\n3 2\n255\n');
  expect([...file.subarray(11)]).toEqual(colors);
});

test('a PNG file has size, lines without filters, and checksums', async () => {
  const file = Buffer.from(await encodePng(image));
  expect(file.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = chunksOf(file);
  expect(chunks.map(({ name }) => name)).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...chunks[0]!.data]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  expect([...inflateSync(chunks[1]!.data)]).toEqual([0, ...colors.slice(0, 9), 0, ...colors.slice(9)]);
  // The checksum of an empty IEND is known.
  expect(chunks[2]!.checksum.toString(16)).toBe('ae426082');
});

function chunksOf(file: Buffer): { name: string; data: Buffer; checksum: number }[] {
  const chunks = [];
  for (let at = 8; at < file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    chunks.push({ name, data: file.subarray(at + 8, end), checksum: file.readUInt32BE(end) });
    at = end + 4;
  }
  return chunks;
}

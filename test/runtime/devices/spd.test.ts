import { expect, test } from 'vitest';
import { spdContents } from '../../../runtime/devices/smbus/spd.ts';

const MB = 1 << 20;

/** Megabytes that a module's rows, columns, banks and width make, and those that its density says. */
function sizesOf(spd: Uint8Array): [number, number] {
  const [rowBits, columnBits, sides, lines] = spd.subarray(3, 7);
  const words = 2 ** (rowBits! + columnBits!) * spd[17]! * sides!;
  return [(words * lines!) / 8 / MB, spd[31]! * 4 * sides!];
}

test.each<[number, number[]]>([
  [8, [8]],
  [16, [16]],
  [24, [16, 8]],
  [96, [64, 32]],
  [128, [128]],
  [1000, [512, 256, 128, 64, 32, 8]],
  [1024, [1024]],
  [3072, [1024, 1024, 1024]],
  [8192, new Array(8).fill(1024)],
])('%i MB are modules that say so', (megabytes, modules) => {
  const found = spdContents(megabytes * MB);
  expect(found.map(sizesOf)).toEqual(modules.map((size) => [size, size]));
});

test.each([1, 4, 100, 8200, 7168 + 512 + 256])('%i MB are no modules', (megabytes) => {
  expect(spdContents(megabytes * MB)).toEqual([]);
});

test('the checksum of a module is right, and its width what its chips make', () => {
  for (const spd of spdContents(2040 * MB)) {
    expect(spd.length).toBe(128);
    expect(spd[63]).toBe(spd.subarray(0, 63).reduce((sum, byte) => sum + byte, 0) & 0xff);
    expect(64 % spd[13]!).toBe(0);
  }
});

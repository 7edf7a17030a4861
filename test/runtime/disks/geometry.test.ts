import { expect, test } from 'vitest';
import { defaultGeometry } from '../../../runtime/disks/geometry.ts';

// As QEMU 7.2's disks have it, of images without a partition table.
test.each([
  [1, 2],
  [128, 2],
  [3 * 1008 - 1, 2],
  [3 * 1008, 3],
  [16_384, 16],
  [16_383 * 1008 + 5000, 16_383],
  [2 ** 40, 16_383],
])('a disk of %i sectors has %i cylinders', (sectors, cylinders) => {
  expect(defaultGeometry(sectors)).toEqual({ cylinders, heads: 16, sectors: 63 });
});

import { expect, test } from 'vitest';
import { PhysicalMemory } from '../../../runtime/memory/physical.ts';
import { PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';

const memory = new PhysicalMemory(new PhysicalMap(new GuestRam(1 << 20)));

test.each([
  [0, 1e12],
  [-1, 4],
  [0, -1],
  [0, Number.NaN],
  [0.5, 1],
  [0xfffff, 2],
])('reading what is no range of memory is refused, not tried: %d, %d bytes', (address, length) => {
  expect(() => memory.read(address, length)).toThrow(RangeError);
});

test('a range is read as it was written', () => {
  memory.write(0xffe, Uint8Array.of(1, 2, 3, 4));
  expect(memory.read(0xffe, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
});

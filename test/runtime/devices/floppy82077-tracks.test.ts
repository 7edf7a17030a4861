import { expect, test } from 'vitest';
import { BUFFER, FloppyRig, pattern } from './floppy-rig.ts';

const [TO_MEMORY, FROM_MEMORY] = [0x46, 0x4a];
const [READ, WRITE] = [0xe6, 0xc5];
const TRACK = 18 * 512;

test('READ DATA by DMA reads until terminal count, over both heads', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, 3 * 512);
  const rises = rig.irq.rises;
  expect(rig.data(READ, 1, 0, 17)).toEqual([0x04, 0, 0, 1, 1, 2, 2]);
  expect(rig.irq.rises).toBe(rises + 1);
  const sectors = [36 + 16, 36 + 17, 36 + 18];
  const expected = sectors.flatMap((sector) => Array.from({ length: 512 }, (_, byte) => pattern(sector, byte)));
  expect([...rig.ram.subarray(BUFFER, BUFFER + 3 * 512)]).toEqual(expected);
});

test('the address after the last sector of a cylinder is on the next one', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, TRACK);
  expect(rig.data(0x46, 3, 0, 1)).toEqual([0x00, 0, 0, 4, 0, 1, 2]);
  rig.program(TO_MEMORY, TRACK);
  expect(rig.data(READ, 3, 1, 1)).toEqual([0x04, 0, 0, 4, 0, 1, 2]);
});

test('a cylinder that ends before the count does is an error', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, 3 * 512);
  expect(rig.data(0x46, 0, 0, 18)).toEqual([0x40, 0x80, 0, 1, 0, 1, 2]);
});

test('a command for both sides that wants more than a track has goes on with the next side, and the next cylinder', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, 36 * 512);
  expect(rig.data(READ, 0, 0, 1, 36)).toEqual([0x04, 0, 0, 1, 0, 1, 2]);
  rig.program(TO_MEMORY, 39 * 512);
  expect(rig.data(READ, 1, 0, 17, 55)).toEqual([0x04, 0, 0, 2, 1, 2, 2]);
  const expected = Array.from({ length: 39 }, (_, n) => pattern(36 + 16 + n, 5));
  expect(expected.map((_, n) => rig.memory(n * 512 + 5))).toEqual(expected);
  rig.program(FROM_MEMORY, 20 * 512);
  rig.ram.fill(0x5a, BUFFER, BUFFER + 20 * 512);
  expect(rig.data(WRITE, 2, 1, 18, 37)).toEqual([0x04, 0, 0, 3, 1, 2, 2]);
  const written = Array.from({ length: 22 }, (_, n) => rig.disk.bytes[(2 * 36 + 34 + n) * 512]);
  expect(written.map((byte) => byte === 0x5a)).toEqual([false, ...Array(20).fill(true), false]);
});

test('it ends with an error at the end of the disk; one for a single side at the end of the track', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, 20 * 512);
  expect(rig.data(READ, 79, 1, 1, 20)).toEqual([0x40, 0x04, 0, 80, 0, 1, 2]);
  rig.program(TO_MEMORY, 20 * 512);
  expect(rig.data(0x46, 0, 0, 1, 20)).toEqual([0x40, 0x04, 0, 0, 0, 19, 2]);
});

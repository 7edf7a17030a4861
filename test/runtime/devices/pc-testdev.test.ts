import { expect, test } from 'vitest';
import { PcTestdev } from '../../../runtime/devices/pc-testdev/index.ts';
import type { MmioRegion } from '../../../runtime/memory/mmio.ts';
import { Rig, recordedLine } from './rig.ts';

test('keeps what is written to its ports and its memory, and drives interrupt lines', () => {
  const rig = new Rig();
  const lines = new Map(Array.from({ length: 16 }, (_, n) => [n, recordedLine()]));
  const regions: MmioRegion[] = [];
  const mmio = { add: (region: MmioRegion) => void regions.push(region), remove: () => {} };
  const device = new PcTestdev({ ports: rig.ports, mmio, irq: (number) => lines.get(number)! });
  rig.ports.write(0xe0, 4, 0x12345678);
  expect([rig.ports.read(0xe0, 4), rig.ports.read(0xe1, 2), rig.in8(0xe3)]).toEqual([0x12345678, 0x3456, 0x12]);

  const [window] = regions;
  expect([window!.base, window!.length]).toEqual([0xff000000, 0x10000]);
  window!.write(0xfffc, 4, 0x89abcdef);
  window!.write(0xfffe, 1, 0x11);
  expect([window!.read(0xfffc, 4) >>> 0, window!.read(0xfffd, 2), window!.read(0xffff, 1)]).toEqual([
    0x8911cdef, 0x11cd, 0x89,
  ]);

  rig.ports.write(0x200b, 4, 1);
  expect(lines.get(11)!.level).toBe(true);
  rig.ports.write(0x200b, 4, 0);
  rig.out8(0x2002, 1);
  rig.out8(0x2017, 1);
  expect([...lines.values()].map(({ rises }) => rises).reduce((a, b) => a + b)).toBe(1);

  device.reset();
  expect([rig.in8(0xe0), window!.read(0xfffc, 4)]).toEqual([0, 0]);
});

import { expect, test } from 'vitest';
import { RtcCmos } from '../../../runtime/devices/rtc-cmos/index.ts';
import { setCmosBootOrder, setCmosEquipment } from '../../../runtime/machine/cmos.ts';
import type { DriveConfig } from '../../../runtime/machine/drives.ts';
import { Rig } from '../devices/rig.ts';

function floppy(sectors: number | null): DriveConfig {
  const medium = sectors === null ? null : { sectors, isReadOnly: false };
  return { name: 'floppy0', interface: 'floppy', index: 0, media: 'disk', medium };
}

test.each<[(DriveConfig | null)[], equipment: number, types: number]>([
  [[null, null], 0x06, 0x00],
  [[floppy(2880), null], 0x07, 0x40],
  [[floppy(1440), floppy(720)], 0x47, 0x42],
  [[floppy(5760), floppy(null)], 0x47, 0x55],
  [[null, floppy(2400)], 0x07, 0x02],
])('CMOS tells of floppy drives: %j', (drives, equipment, types) => {
  const rig = new Rig();
  const { ports, clock, events, irq } = rig;
  const rtc = new RtcCmos({ ports, clock, events, irq, startTime: 0 });
  setCmosEquipment(rtc, new Set(['fpu']), drives);
  const byte = (address: number): number => {
    rig.out8(0x70, address);
    return rig.in8(0x71);
  };
  expect([byte(0x14), byte(0x10)]).toEqual([equipment, types]);
});

test('CMOS tells of an FPU where the processor has one', () => {
  const { ports, clock, events, irq } = new Rig();
  const rtc = new RtcCmos({ ports, clock, events, irq, startTime: 0 });
  setCmosEquipment(rtc, new Set(), [null, null]);
  expect(rtc.memory(0x14)).toBe(0x04);
});

test('CMOS tells of the boot order, and whether floppy disks need a signature', () => {
  const rig = new Rig();
  const { ports, clock, events, irq } = rig;
  const rtc = new RtcCmos({ ports, clock, events, irq, startTime: 0 });
  setCmosBootOrder(rtc, 'dca', true);
  expect([rtc.memory(0x3d), rtc.memory(0x38)]).toEqual([0x23, 0x11]);
  setCmosBootOrder(rtc, 'c');
  expect([rtc.memory(0x3d), rtc.memory(0x38)]).toEqual([0x02, 0x00]);
});

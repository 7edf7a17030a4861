import { expect, test } from 'vitest';
import { RtcCmos } from '../../../runtime/devices/rtc-cmos/index.ts';
import { setCmosBootOrder, setCmosEquipment, setCmosHardDisks } from '../../../runtime/machine/cmos.ts';
import { type DriveConfig, hardDiskGeometries } from '../../../runtime/machine/drives.ts';
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

function ide(index: number, sectors: number, media: 'disk' | 'cdrom' = 'disk'): DriveConfig {
  return { name: `ide${index}`, interface: 'ide', index, media, medium: { sectors, isReadOnly: false } };
}

/** The bytes of CMOS at addresses 12h, 19h to 2Ch and 39h. */
function hardDisksInCmos(drives: readonly DriveConfig[]): number[][] {
  const { ports, clock, events, irq } = new Rig();
  const rtc = new RtcCmos({ ports, clock, events, irq, startTime: 0 });
  setCmosHardDisks(rtc, hardDiskGeometries(drives));
  const bytes = (first: number, count: number): number[] =>
    Array.from({ length: count }, (_, n) => rtc.memory(first + n));
  return [bytes(0x12, 1), bytes(0x19, 2), bytes(0x1b, 9), bytes(0x24, 9), bytes(0x39, 1)];
}

const none = new Array<number>(9).fill(0);

// As QEMU 7.2 has them with disks of 100 MB and 600 MB.
test('CMOS tells of the hard disks of the first IDE channel, and which are shown by LBA', () => {
  const small = [0xcb, 0x00, 0x10, 0xff, 0xff, 0xc8, 0xcb, 0x00, 0x3f];
  const large = [0xc3, 0x04, 0x10, 0xff, 0xff, 0xc8, 0xc3, 0x04, 0x3f];
  const [first, second] = [ide(0, 100 * 2048), ide(1, 600 * 2048)];
  expect(hardDisksInCmos([])).toEqual([[0], [0, 0], none, none, [0]]);
  expect(hardDisksInCmos([first])).toEqual([[0xf0], [47, 0], small, none, [0]]);
  expect(hardDisksInCmos([first, second])).toEqual([[0xff], [47, 47], small, large, [0x04]]);
});

test('CMOS has no place for hard disks of the second IDE channel but in the translation, and none for CDs', () => {
  expect(hardDisksInCmos([ide(0, 2048, 'cdrom'), ide(1, 2048, 'cdrom')])).toEqual([[0], [0, 0], none, none, [0]]);
  expect(hardDisksInCmos([ide(2, 600 * 2048), ide(3, 2 ** 24)])).toEqual([[0], [0, 0], none, none, [0x50]]);
});

import { expect, test } from 'vitest';
import { assemble } from '../../../../runtime/firmware/assembler/index.ts';
import type { DriveConfig } from '../../../../runtime/machine/drives.ts';
import { medium, wordFromBoot } from './boot.ts';

/** Virtio disks are functions 2.0 and 3.0, as there is no display, and the NVMe disk is 4.0. */
const drives: readonly DriveConfig[] = [
  { name: 'ide0-hd1', interface: 'ide', index: 1, media: 'disk', medium },
  { name: 'ide1-hd0', interface: 'ide', index: 2, media: 'disk', medium },
  { name: 'virtio0', interface: 'virtio', index: 0, media: 'disk', medium },
  { name: 'virtio1', interface: 'virtio', index: 1, media: 'disk', medium },
  { name: 'nvme0', interface: 'nvme', index: 0, media: 'disk', medium },
  { name: 'usb0', interface: 'usb', index: 0, media: 'disk', medium },
  { name: 'usb1', interface: 'usb', index: 1, media: 'disk', medium },
];

/** A boot sector that ends the machine with this number. */
const exiting = (code: number): Uint8Array =>
  assemble(`
        org     0x7C00
        bits    16
        mov     ax, ${code}
        out     0xF4, ax
        times   510 - ($ - $$) db 0
        dw      0xAA55
`).bytes;

/** The name of the drive that firmware boots from by this file. The host leaves the first requests unanswered, so many of them. */
function bootedBy(bootOrder: readonly string[], unanswered = 0): string | undefined {
  let left = unanswered;
  const sectorOf = (port: string) => (left-- > 0 ? null : exiting(drives.findIndex(({ name }) => name === port)));
  return drives[wordFromBoot({ drives, firmware: { bootOrder } }, sectorOf)]?.name;
}

const usb = (controller: string, port: number): string =>
  `/pci@i0cf8/usb@${controller}/storage@${port}/channel@0/disk@0,0`;
const ide = (channel: number, place: number): string => `/pci@i0cf8/ide@1,1/drive@${channel}/disk@${place}`;

test.each([
  ['a place on a channel', [ide(1, 0)], 'ide1-hd0'],
  ['the other place of a channel', [ide(0, 1)], 'ide0-hd1'],
  ['a virtio disk', ['/pci@i0cf8/scsi@3/disk@0,0'], 'virtio1'],
  ['a virtio disk with its function', ['/pci@i0cf8/scsi@2,0/disk@0,0'], 'virtio0'],
  ['a virtio disk whatever follows', ['/pci@i0cf8/scsi@2/disk@1,0'], 'virtio0'],
  ['no virtio disk, but another controller', ['/pci@i0cf8/scsi@1f,3/disk@0,0', ide(1, 0)], 'ide1-hd0'],
  ['an NVMe disk', ['/pci@i0cf8/pci1b36,0010@4/namespace@1,0'], 'nvme0'],
  ['no NVMe disk, but another controller', ['/pci@i0cf8/pci1b36,0010@5/namespace@1,0', ide(1, 0)], 'ide1-hd0'],
  ['a USB disk', [usb('1,2', 2)], 'usb1'],
  ['a USB disk of another controller, or port', [usb('1,3', 1), usb('2', 1), usb('1,2', 3), usb('1,2', 1)], 'usb0'],
  ['a disk of a bus that is not ours', [`${ide(1, 1)}`, '/pci@i0cf8/sata@3/storage@1/disk@0'], 'ide0-hd1'],
  ['several', ['/pci@i0cf8/ide@1,1/drive@0/disk@0', '/pci@i0cf8/scsi@3/disk@0,0', ide(1, 0)], 'virtio1'],
])('the file bootorder names %s', (_, lines, booted) => {
  expect(bootedBy(lines)).toBe(booted);
});

test.each([
  ['a disk at IDE', [undefined, 4, undefined, undefined], 'ide1-hd0'],
  ['a virtio disk', [undefined, undefined, undefined, 0], 'virtio1'],
  ['an NVMe disk', [undefined, 5, undefined, undefined, 1], 'nvme0'],
  ['a USB disk', [undefined, undefined, 7, undefined, undefined, 8, 1], 'usb1'],
  ['the lowest of several', [3, 2, 1, 9], 'virtio0'],
])('numbers name %s', (_, numbers, booted) => {
  const numbered = drives.map((drive, n) => (numbers[n] === undefined ? drive : { ...drive, bootIndex: numbers[n] }));
  const sectorOf = (port: string) => exiting(drives.findIndex(({ name }) => name === port));
  expect(drives[wordFromBoot({ drives: numbered }, sectorOf)]?.name).toBe(booted);
});

test('the path of a disk is that of its slot', () => {
  const pciSlots = { virtio1: 31 };
  const sectorOf = (port: string) => exiting(drives.findIndex(({ name }) => name === port));
  const booted = (rest: object) => drives[wordFromBoot({ drives, pciSlots, ...rest }, sectorOf)]?.name;
  expect(booted({ firmware: { bootOrder: ['/pci@i0cf8/scsi@1f/disk@0,0'] } })).toBe('virtio1');
  const numbered = drives.map((drive) => (drive.name === 'virtio1' ? { ...drive, bootIndex: 0 } : drive));
  expect(booted({ drives: numbered })).toBe('virtio1');
});

test('what the file names comes before numbers', () => {
  const numbered = drives.map((drive) => (drive.name === 'virtio1' ? { ...drive, bootIndex: 0 } : drive));
  const sectorOf = (port: string) => exiting(drives.findIndex(({ name }) => name === port));
  const firmware = { bootOrder: [ide(1, 0)] };
  expect(drives[wordFromBoot({ drives: numbered, firmware }, sectorOf)]?.name).toBe('ide1-hd0');
});

test('without it the first disk is that of the first IDE channel', () => {
  expect(bootedBy([])).toBe('ide0-hd1');
});

test('a virtio disk that does not answer within 20 seconds is reset, and asked again', () => {
  expect(bootedBy(['/pci@i0cf8/scsi@3/disk@0,0'], 1)).toBe('virtio1');
});

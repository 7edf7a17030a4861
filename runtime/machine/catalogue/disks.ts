import type { DeviceRow } from './row.ts';

const ideProperties = { drive: '', bus: '', unit: '', serial: '', bootindex: '', id: '' };
const diskProperties = { drive: '', serial: '', bootindex: '', id: '' };

/** Disks and drives, and the controller that is not on the board. */
export const disks = {
  'ide-hd': {
    bus: 'ide',
    help: 'a hard disk whose image is that of -drive if=none,id=ID or -blockdev node-name=ID; at the IDE, or at an ahci in front of it',
    properties: ideProperties,
  },
  'ide-cd': { bus: 'ide', help: 'a CD-ROM drive, empty without an image', properties: ideProperties },
  ahci: {
    bus: 'pci',
    aliases: ['ich9-ahci'],
    slot: 'ahci',
    option: 'ahci',
    help: "the AHCI controller of Intel's ICH9, with six ports, for SATA drives: ide-hd and ide-cd with bus=ID.0 to bus=ID.5",
    properties: { id: '' },
    linux: ['ahci'],
  },
  floppy: {
    bus: 'floppy-bus',
    help: 'a floppy drive, empty without an image',
    properties: { drive: '', unit: '', bootindex: '', id: '' },
  },
  'virtio-blk-pci': {
    bus: 'pci',
    aliases: ['virtio-blk'],
    help: 'a hard disk like that of ide-hd, for guests with drivers of virtio',
    properties: diskProperties,
  },
  nvme: {
    bus: 'pci',
    help: 'a disk with an NVM Express controller, whose image is that of -drive if=none,id=ID or -blockdev node-name=ID; it needs a serial',
    properties: diskProperties,
  },
  'usb-storage': {
    bus: 'usb-bus',
    help: 'a disk on the USB, whose image is that of -drive if=none,id=ID or -blockdev node-name=ID; needs a controller, such as that of -usb',
    properties: { drive: '', serial: '', bootindex: '', bus: '', port: '', id: '' },
  },
} as const satisfies Readonly<Record<string, DeviceRow>>;

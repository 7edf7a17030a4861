import type { DeviceKind } from '../boot-paths.ts';
import type { DeviceRow } from './row.ts';
import { scsiControllers, scsiDrives } from './scsi.ts';

/** Disks on the PCI bus, each with a controller of its own. */
export type PciDiskModel = 'virtio-blk-pci' | 'nvme';

export interface PciDiskRow extends DeviceRow {
  readonly plugType: 'pci-disk';
  /** The interface of its drive. */
  readonly interface: 'virtio' | 'nvme';
  /** As in QEMU there is none without a serial number: systems tell such disks apart by it. */
  readonly needsSerial: boolean;
  /** Firmware's names of the device that is in the slot, and of the disk behind it. */
  readonly firmwarePath: readonly [device: DeviceKind, disk: string];
}

const ideProperties = { drive: '', bus: '', unit: '', serial: '', bootindex: '', id: '' };
const diskProperties = { drive: '', serial: '', bootindex: '', id: '' };

const pciDisk = { bus: 'pci', plugType: 'pci-disk', properties: diskProperties } as const;

/** The rows of disks on the PCI bus. */
export const pciDisks: Readonly<Record<PciDiskModel, PciDiskRow>> = {
  'virtio-blk-pci': {
    ...pciDisk,
    ...{ interface: 'virtio', needsSerial: false, firmwarePath: ['scsi', 'disk@0,0'] },
    aliases: ['virtio-blk'],
    help: 'a hard disk like that of ide-hd, for guests with drivers of virtio',
  },
  nvme: {
    ...pciDisk,
    ...{ interface: 'nvme', needsSerial: true, firmwarePath: ['pci1b36,0010', 'namespace@1,0'] },
    help: 'a disk with an NVM Express controller, whose image is that of -drive if=none,id=ID or -blockdev node-name=ID; it needs a serial',
  },
};
/** All of them, in the order in which they get their slots. */
export const pciDiskModels = Object.keys(pciDisks) as readonly PciDiskModel[];

/** The disk on the PCI bus whose drive is at an interface; undefined: no such disk has one there. */
export function pciDiskModel(kind: string): PciDiskModel | undefined {
  return pciDiskModels.find((model) => pciDisks[model].interface === kind);
}

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
  ...pciDisks,
  ...scsiControllers,
  ...scsiDrives,
  'usb-storage': {
    bus: 'usb-bus',
    help: 'a disk on the USB, whose image is that of -drive if=none,id=ID or -blockdev node-name=ID; needs a controller, such as that of -usb',
    properties: { drive: '', serial: '', bootindex: '', bus: '', port: '', id: '' },
  },
} as const satisfies Readonly<Record<string, DeviceRow>>;

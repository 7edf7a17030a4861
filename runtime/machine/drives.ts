import { defaultGeometry, type Geometry } from '../disks/geometry.ts';
import type { BlockMedium, BlockPort } from '../host/block.ts';
import { hostBlockPort } from '../host/block-port.ts';
import type { HostDoor } from '../host/door.ts';
import type { MachineConfig } from './config.ts';

/** A disk or drive of the machine, whose medium is at the host. */
export interface DriveConfig {
  /** Unique: that of its block port, such as "ide0-hd0". */
  readonly name: string;
  readonly interface: 'ide' | 'floppy' | 'virtio' | 'usb' | 'sata' | 'scsi' | 'nvme' | 'xen' | 'pflash';
  /**
   * IDE: 0 and 1 are the first and second of the first channel, 2 and 3 those of the second. Floppy: 0 or 1. SATA: the port. SCSI: the target, and 16 more for each controller before its own (scsi-plan.ts). Virtio and NVMe disks
   * have their slots of the PCI bus by its order, USB disks their ports. Pflash, a flash chip: 0 ends at 4 GB, 1 below it.
   */
  readonly index: number;
  readonly media: 'disk' | 'cdrom';
  /** The medium at the start; null: none. */
  readonly medium: BlockMedium | null;
  /** The contents of a flash chip when the machine is turned on. */
  readonly contents?: Uint8Array;
  /** The drive's serial number: up to 20 characters of ASCII. */
  readonly serial?: string;
  /** Firmware boots from drives and cards with a number first, the lowest of them first of all. */
  readonly bootIndex?: number;
}

const IDE_PLACES = 4;
/** Requests of a disk whose controller has many under way that are at the host at the same time. */
const QUEUED = 32;
/**
 * Number of requests at the host at the same time, for interfaces where it is not the usual one. A flash chip reports all changes
 * at once.
 */
const mostUnderWay: Readonly<Partial<Record<DriveConfig['interface'], number>>> = {
  ...{ virtio: QUEUED, sata: QUEUED, scsi: QUEUED, nvme: QUEUED, xen: QUEUED },
  pflash: Infinity,
};

/** Drives of an interface, in the order of their places. */
export function drivesAt(
  kind: DriveConfig['interface'],
  { drives = [] }: Pick<MachineConfig, 'drives'>,
): DriveConfig[] {
  return drives.filter((drive) => drive.interface === kind).sort((a, b) => a.index - b.index);
}

/**
 * The drives at the places of the IDE channels: those that are meant for them, and Xen's first disks where no other is, which firmware and boot
 * loaders read there until the guest unplugs them.
 */
export function ideDrives(config: Pick<MachineConfig, 'drives'>): DriveConfig[] {
  const own = drivesAt('ide', config);
  const isFree = (index: number) => index < IDE_PLACES && !own.some((drive) => drive.index === index);
  return [...own, ...drivesAt('xen', config).filter(({ index }) => isFree(index))];
}

/** The block port of a drive that the machine was made with. Throws for another name. */
export function blockPort(drives: readonly DriveConfig[], door: HostDoor, name: string): BlockPort {
  const drive = drives.find((drive) => drive.name === name);
  if (drive === undefined) throw new Error(`the machine has no drive '${name}'`);
  return portOfDrive(door, drive);
}

/** The block port of a drive, whether the machine was made with it or not. */
export function portOfDrive(door: HostDoor, drive: DriveConfig): BlockPort {
  return hostBlockPort(door, drive.name, drive.medium, mostUnderWay[drive.interface]);
}

/** Drives A and B of the floppy controller; null: it is not there. */
export function floppyDrives({ drives = [] }: MachineConfig): (DriveConfig | null)[] {
  return [0, 1].map((unit) => drives.find((drive) => drive.interface === 'floppy' && drive.index === unit) ?? null);
}

/** Geometries of the hard disks in the four places of the IDE channels; null: there is none. */
export function hardDiskGeometries(drives: readonly DriveConfig[]): (Geometry | null)[] {
  return [0, 1, 2, 3].map((place) => {
    const disk = ideDrives({ drives }).find(({ index, media }) => index === place && media === 'disk');
    return disk?.medium ? defaultGeometry(disk.medium.sectors) : null;
  });
}

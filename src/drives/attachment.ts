import type { DriveConfig } from '../../runtime/machine/drives.ts';
import { scsiPlaceOf } from '../../runtime/machine/scsi-plan.ts';

/** Where a drive is, as it is configured. */
export type DrivePlace = Pick<DriveConfig, 'interface' | 'index' | 'media'>;

/** A drive as monitors look for it. */
interface NamedDrive {
  readonly place: DrivePlace;
  readonly device: string | undefined;
  isCalled(name: string): boolean;
}

/** The places of drives at an interface, as QEMU names them, by the drives' indices there. */
interface Attachment {
  /** The bus that a drive is on; a flash chip is on none. */
  bus?(index: number): string;
  /** The thing it is attached to, where its device has no id. */
  place(index: number): string;
  /** The path of what it is attached to within the device of an id. Absent: it is the device. */
  within?(id: string): string;
}

const anonymous = (index: number): string => `/machine/peripheral-anon/device[${index}]`;

const attachments: Readonly<Record<DrivePlace['interface'], Attachment>> = {
  ide: { bus: (index) => `ide.${index >> 1}`, place: (index) => `ide.${index >> 1}, unit ${index & 1}` },
  sata: { bus: (index) => `ahci.${index}`, place: (index) => `ahci.${index}, unit 0` },
  scsi: { bus: (index) => `scsi.${scsiPlaceOf(index).controller}`, place: anonymous },
  floppy: { bus: () => 'floppy-bus.0', place: (index) => `floppy-bus.0, unit ${index}` },
  nvme: { bus: () => 'pci.0', place: anonymous },
  virtio: {
    bus: () => 'pci.0',
    place: (index) => `${anonymous(index)}/virtio-backend`,
    within: (id) => `/machine/peripheral/${id}/virtio-backend`,
  },
  // A SCSI disk behind a bridge.
  usb: {
    bus: () => 'usb-bus.0',
    place: (index) => `${anonymous(index)}/scsi.0/legacy[0]`,
    within: (id) => `/machine/peripheral/${id}/${id}.0/legacy[0]`,
  },
  xen: { bus: () => 'xen-bus.0', place: anonymous },
  pflash: { place: (index) => `/machine/system.flash${index}` },
};

/** The bus that a drive is on; undefined: it is on none. */
export function driveBus({ interface: kind, index }: DrivePlace): string | undefined {
  return attachments[kind].bus?.(index);
}

/** The thing that a drive is attached to: the device, or the path of a part of it; without an id the place. */
export function attachedTo({ place, device }: Pick<NamedDrive, 'place' | 'device'>): string {
  const { place: placeAt, within } = attachments[place.interface];
  if (device === undefined) return placeAt(place.index);
  return within?.(device) ?? device;
}

const isAt = (drive: NamedDrive, name: string): boolean => drive.device === name || attachedTo(drive) === name;

/** The drive of a name, or else the one that the device of that id has. */
export function findDrive<Found extends NamedDrive>(drives: readonly Found[], name: string): Found | undefined {
  return drives.find((drive) => drive.isCalled(name)) ?? drives.find((drive) => isAt(drive, name));
}

/** The drive that the device of an id has, or else the one of that name. */
export function findDriveOfDevice<Found extends NamedDrive>(drives: readonly Found[], id: string): Found | undefined {
  return drives.find((drive) => isAt(drive, id)) ?? drives.find((drive) => drive.isCalled(id));
}

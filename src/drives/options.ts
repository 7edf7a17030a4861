import { PORTS as AHCI_PORTS } from '../../runtime/devices/ahci/registers.ts';
import { type PciDiskRow, pciDiskModels, pciDisks } from '../../runtime/machine/catalogue/disks.ts';
import { SCSI_DRIVES } from '../../runtime/machine/catalogue/scsi.ts';
import { USB_DISKS } from '../../runtime/machine/catalogue/usb.ts';
import type { DriveConfig } from '../../runtime/machine/drives.ts';
import { scsiPlaceOf } from '../../runtime/machine/scsi-plan.ts';
import { type ImageFormat, imageFormats } from '../storage/formats.ts';
import { checkedBootIndex } from '../util/boot-index.ts';
import { checkedBoolean, checkedInteger, checkedOneOf, shown } from '../util/checks.ts';
import { atOption, ConfigurationError, optionPath, within } from '../util/errors.ts';
import { checkImage, type Image } from '../util/image.ts';
import { checkedDriveLimits, type DriveLimits } from './throttle/limits.ts';

/** A disk or a drive; a text alone is the image of a hard disk. */
export interface DriveOptions {
  /**
   * The drive's name in monitors: letters, digits, `-`, `.` and `_` after a letter. Default: the name of its place, such as
   * "ide0-hd0".
   */
  readonly id?: string;
  /**
   * The image in the drive: the path of a file, the address of one on a web server (http or https, only to be read), or bytes or
   * a Blob: the guest's writes to these are kept in memory, and discarded at the end. None: a drive without a medium.
   */
  readonly image?: Image;
  /** The format of the image. Default: found out from its first bytes. */
  readonly format?: ImageFormat;
  /**
   * The interface of the drive; "virtio" is for hard disks of guests with its driver, "nvme" a disk with an NVM Express
   * controller of its own, "usb" a disk on the USB, "sata" a disk or CD-ROM drive at an AHCI controller, "scsi" one at a SCSI controller
   * (`MachineOptions.scsiControllers`), "xen" a disk for drivers of Xen (`MachineOptions.xen`), xvda and so on. "pflash" is no drive but
   * a flash chip, which holds firmware and the variables that it writes: a multiple of 4 KB, 8 MB at most in both. Default:
   * "ide".
   */
  readonly interface?: 'ide' | 'floppy' | 'virtio' | 'usb' | 'sata' | 'scsi' | 'nvme' | 'xen' | 'pflash';
  /**
   * Its place: IDE from 0 to 3, two a channel; floppy 0 (A:) or 1 (B:); virtio, nvme and xen from 0 to 15; usb from 0 to 11; sata from 0 to 5; scsi its
   * target, and 16 more for each controller before its own; pflash 0, which
   * ends at 4 GB, or 1, below it. Default: the next free one; for a CD-ROM drive at the IDE, 2 first.
   */
  readonly index?: number;
  /** Default: "disk". */
  readonly media?: 'disk' | 'cdrom';
  /**
   * Whether the guest's writes are discarded at the end. They are kept in memory, and in a temporary file where they are many.
   */
  readonly snapshot?: boolean;
  /** The guest cannot write. So it is always with a CD-ROM drive. */
  readonly readOnly?: boolean;
  /** The serial number that the drive tells, up to 20 characters. Default for nvme: the name of its place, as systems tell such disks apart by it. */
  readonly serial?: string;
  /**
   * Firmware boots from the drives and cards with a number first, the lowest of them first of all, and then by `bootOrder`.
   */
  readonly bootIndex?: number;
  /** The bus of a USB disk, as of `UsbInputOptions`. */
  readonly bus?: string;
  /** The port of a USB disk at its controller, from 1. Default: the next free one after those of `MachineOptions.usb`. */
  readonly port?: number;
  /**
   * The name of its device in monitors, as `-device`'s id; made as `id`. A disk on the USB, of virtio or NVMe is pulled out by
   * that (`Machine.usb`, `Machine.pci`). Default: the name of its place, such as "usb0".
   */
  readonly device?: string;
  /** How much it may read and write. `Drive.setLimits` changes it. Default: no limits. */
  readonly limits?: DriveLimits;
}

/** How a medium is put in. */
export interface MediumOptions {
  /** The format of the image. Default: found out from its first bytes. */
  readonly format?: ImageFormat;
  /** The guest cannot write. */
  readonly readOnly?: boolean;
  /** Whether the guest's writes are discarded when the medium is taken out. */
  readonly snapshot?: boolean;
}

/** A drive with its place, and how its image is to be opened. */
export interface DrivePlan extends Omit<DriveConfig, 'medium' | 'contents'> {
  readonly options: DriveOptions;
  /** The bus of a USB disk. */
  readonly bus?: string;
  readonly port?: number;
  /** The id of its device. */
  readonly device?: string;
}

/** Whether its medium can be changed. */
export function isRemovable(plan: DrivePlan): boolean {
  return plan.media === 'cdrom' || plan.interface === 'floppy';
}

const optionNames: readonly (keyof DriveOptions)[] = [
  'image',
  'format',
  'interface',
  'index',
  'media',
  'snapshot',
  'readOnly',
  'serial',
  'limits',
  'id',
  'bootIndex',
  'bus',
  'port',
  'device',
];

/** How many drives of each kind there can be. */
const places = {
  ide: 4,
  floppy: 2,
  virtio: 16,
  usb: USB_DISKS,
  sata: AHCI_PORTS,
  scsi: SCSI_DRIVES,
  nvme: 16,
  xen: 16,
  pflash: 2,
} as const;
const busNames = Object.keys(places) as (keyof typeof places)[];
/** Interfaces that CD-ROM drives can have. */
const withCdroms: readonly string[] = ['ide', 'sata', 'scsi'];
/** Longest serial number in a drive's identification, in characters. */
const SERIAL_LENGTH = 20;

/**
 * Gives every drive its place and its name.
 * @throws ConfigurationError that names the drive and what is wrong with it
 */
export function planDrives(drives: readonly (string | DriveOptions)[]): DrivePlan[] {
  return atOption('drives', () => plansOf(drives));
}

function plansOf(drives: readonly (string | DriveOptions)[]): DrivePlan[] {
  if (!Array.isArray(drives)) throw new ConfigurationError('drives must be an array');
  const checked = drives.map((drive, n) =>
    atOption(n, () => checkedDrive(typeof drive === 'string' ? { image: drive } : drive, `drives[${n}]`)),
  );
  checkIds(checked);
  checkDevices(checked);
  const taken = new Map<string, string>();
  const plans: DrivePlan[] = [];
  // Those that name their place get it whatever stands before them.
  for (const n of [...checked.keys()].sort((a, b) => Number(!hasIndex(checked[a])) - Number(!hasIndex(checked[b])))) {
    plans[n] = planned(
      checked[n],
      atOption(n, () => placeOf(checked[n], n, taken)),
    );
  }
  checkPlaces(plans);
  checkChips(plans);
  return plans;
}

/** @throws ConfigurationError for a second flash chip without the first */
function checkChips(plans: readonly DrivePlan[]): void {
  const chips = plans.filter((plan) => plan.interface === 'pflash');
  if (chips.length === 1 && chips[0].index === 1)
    throw new ConfigurationError(
      'pflash1 requires pflash0, the flash chip that the machine starts from; give that, too',
    );
}

/** @throws ConfigurationError for an id that is the name of another drive's place */
function checkPlaces(plans: readonly DrivePlan[]): void {
  for (const [n, { options }] of plans.entries()) {
    const other = plans.findIndex(({ name }, at) => at !== n && name === options.id);
    if (other >= 0)
      throw new ConfigurationError(
        `${named(options, n)} has the id '${options.id}', which is the place of ${named(plans[other].options, other)}; give it another one`,
        optionPath(n, 'id'),
      );
  }
}

/** @throws ConfigurationError for what is no id, and for two drives with one */
function checkIds(drives: readonly DriveOptions[]): void {
  for (const [n, { id }] of drives.entries()) {
    if (id === undefined) continue;
    if (!isIdentifier(id))
      throw new ConfigurationError(
        `a drive's id must be a letter and then letters, digits, "-", "." and "_", not ${shown(id)}`,
        optionPath(n, 'id'),
      );
    if (drives.findIndex((other) => other.id === id) < n)
      throw new ConfigurationError(`two drives have the id '${id}'; give each its own`, optionPath(n, 'id'));
  }
}

/** @throws ConfigurationError for what is no id of a device, and for two drives with one */
function checkDevices(drives: readonly DriveOptions[]): void {
  for (const [n, { device }] of drives.entries())
    if (device !== undefined && drives.findIndex((other) => other.device === device) < n)
      throw new ConfigurationError(
        `two drives have the device '${device}'; give each its own`,
        optionPath(n, 'device'),
      );
}

const hasIndex = (drive: DriveOptions): boolean => drive.index !== undefined;

/** `taken` has the drive at each place. */
function placeOf(drive: DriveOptions, n: number, taken: Map<string, string>): number {
  const { interface: bus = 'ide', index, media } = drive;
  const order = Array.from({ length: places[bus] }, (_, place) =>
    bus === 'ide' && media === 'cdrom' ? place ^ 2 : place,
  );
  const place = index ?? order.find((place) => !taken.has(placeName({ interface: bus, index: place })));
  if (place === undefined)
    throw new ConfigurationError(`${named(drive, n)}: all ${places[bus]} ${bus} drives are taken`);
  const name = placeName({ interface: bus, index: place });
  const other = taken.get(name);
  if (other !== undefined)
    throw new ConfigurationError(
      `${other} and ${named(drive, n)} both are ${bus} drive ${place}; give one of them another place (index)`,
      'index',
    );
  taken.set(name, named(drive, n));
  return place;
}

/** A drive whose place is known. */
export type PlacedDrive = DriveOptions & { readonly index: number };

/**
 * The drives whose places the others leave free.
 * @throws ConfigurationError as `planDrives`
 */
export function atFreePlaces<Placed extends PlacedDrive>(
  drives: readonly Placed[],
  others: readonly (string | DriveOptions)[],
): readonly Placed[] {
  const taken = planDrives(others).map(placeName);
  return drives.filter((drive) => !taken.includes(placeName(drive)));
}

/**
 * The drives of a machine that goes on here: those that are given, and at other places those that it had.
 * @param had as a state tells them, with their places
 * @param here what is in such a one here
 * @throws ConfigurationError as `planDrives`, and what `here` throws
 */
export function drivesGoingOn(
  had: readonly (string | DriveOptions)[] | undefined,
  given: readonly (string | DriveOptions)[] | undefined,
  here: (drive: DriveOptions) => DriveOptions,
): (string | DriveOptions)[] {
  return [...(given ?? []), ...atFreePlaces((had ?? []) as readonly PlacedDrive[], given ?? []).map(here)];
}

const placeName = ({ interface: bus = 'ide', index }: Pick<PlacedDrive, 'interface' | 'index'>): string =>
  `${bus} ${index}`;

/** A drive as errors name it. */
function named({ image }: DriveOptions, n: number): string {
  return typeof image === 'string' ? `drives[${n}] (${image})` : `drives[${n}]`;
}

function planned(options: DriveOptions, index: number): DrivePlan {
  const { interface: kind = 'ide', media = 'disk', serial, bootIndex, bus, port, device } = options;
  const place = { interface: kind, index, media };
  const told = { ...(serial !== undefined && { serial }), ...(bootIndex !== undefined && { bootIndex }) };
  const plugged = {
    ...(bus !== undefined && { bus }),
    ...(port !== undefined && { port }),
    ...(device !== undefined && { device }),
  };
  return { name: driveName(place), ...place, options, ...told, ...plugged };
}

/** Interfaces whose disks can be plugged in and pulled out while the machine runs. */
export type PluggableInterface = 'usb' | PciDiskRow['interface'];
const pluggableInterfaces: readonly DriveConfig['interface'][] = [
  'usb',
  ...pciDiskModels.map((model) => pciDisks[model].interface),
] satisfies PluggableInterface[];

/** Whether a disk of an interface can be plugged in and pulled out. */
export function isPluggable(kind: DriveConfig['interface']): boolean {
  return pluggableInterfaces.includes(kind);
}

/**
 * A disk that is plugged into a machine that has others.
 * @throws ConfigurationError
 */
export function planPluggedDisk(
  kind: PluggableInterface,
  options: DriveOptions,
  others: readonly { readonly name: string }[],
): DrivePlan {
  const checked = checkedDrive({ ...options, interface: kind }, 'the disk');
  checkIds([checked]);
  const indices = Array.from({ length: places[kind] }, (_, index) => index);
  const index = indices.find((index) => !others.some(({ name }) => name === driveName({ interface: kind, index })));
  if (index === undefined)
    throw new ConfigurationError(`all ${places[kind]} ${kind} drives are taken; pull one out first`);
  return planned(checked, index);
}

/** Whether it is what QEMU has for a name: a letter, then letters, digits, `-`, `.` and `_`. */
export function isIdentifier(id: unknown): id is string {
  return typeof id === 'string' && /^[A-Za-z][\w.-]*$/.test(id);
}

/** The name of a drive by its place: QEMU's. */
export function driveName(drive: Pick<DriveOptions, 'interface' | 'index' | 'media'>): string {
  const { interface: bus = 'ide', index = 0, media = 'disk' } = drive;
  const kind = media === 'cdrom' ? 'cd' : 'hd';
  if (bus === 'ide') return `ide${index >> 1}-${kind}${index & 1}`;
  if (bus !== 'scsi') return `${bus}${index}`;
  const { controller, target } = scsiPlaceOf(index);
  return `scsi${controller}-${kind}${target}`;
}

function checkedDrive(drive: DriveOptions, where: string): DriveOptions {
  const fail = (problem: string, option?: string): never => {
    throw new ConfigurationError(`${where}: ${problem}`, option);
  };
  if (typeof drive !== 'object' || drive === null) return fail('it must be the path of an image, or an object');
  const unknown = Object.keys(drive).find((name) => !(optionNames as readonly string[]).includes(name));
  if (unknown !== undefined) fail(`unknown '${unknown}'; it is one of: ${optionNames.join(', ')}`, optionPath(unknown));
  within(where, () => checkValues(drive));
  const { image, interface: bus = 'ide', media, serial, device } = drive;
  const placed = (['bus', 'port'] as const).find((name) => drive[name] !== undefined);
  if (bus !== 'usb' && placed !== undefined)
    fail(`${placed} is for disks on the USB; leave it out, or give interface: 'usb'`, placed);
  if (device !== undefined && !isIdentifier(device))
    fail(`device must be a letter and then letters, digits, "-", "." and "_", not ${shown(device)}`, 'device');
  if (media === 'cdrom' && !withCdroms.includes(bus))
    fail(`a CD-ROM drive cannot be a ${bus} drive; leave out interface, or give sata or scsi`, 'interface');
  if (bus !== 'floppy' && media !== 'cdrom' && image === undefined)
    fail(`a ${bus === 'pflash' ? 'flash chip' : 'hard disk'} needs an image`, 'image');
  if (
    serial !== undefined &&
    !(typeof serial === 'string' && /^[ -~]*$/.test(serial) && serial.length <= SERIAL_LENGTH)
  )
    fail(`serial must be at most ${SERIAL_LENGTH} characters of ASCII`, 'serial');
  return drive;
}

/** Checks the options that have a meaning by themselves. */
function checkValues(drive: DriveOptions): void {
  const { image, index, interface: bus = 'ide', media = 'disk', limits, bootIndex, port } = drive;
  atOption('interface', () => checkedOneOf('interface', bus, busNames));
  atOption('media', () => checkedOneOf('media', media, ['disk', 'cdrom']));
  checkMediumOptions(drive);
  if (image !== undefined) atOption('image', () => checkImage('image', image));
  if (index !== undefined) atOption('index', () => checkedInteger('index', index, 0, places[bus] - 1));
  if (port !== undefined) atOption('port', () => checkedInteger('port', port, 1, USB_DISKS));
  if (bootIndex !== undefined) atOption('bootIndex', () => checkedBootIndex('bootIndex', bootIndex));
  if (limits !== undefined) atOption('limits', () => checkedDriveLimits(limits));
}

/** @throws ConfigurationError */
export function checkMediumOptions({ format = 'raw', readOnly = false, snapshot = false }: MediumOptions): void {
  atOption('format', () => checkedOneOf('format', format, imageFormats));
  atOption('readOnly', () => checkedBoolean('readOnly', readOnly));
  atOption('snapshot', () => checkedBoolean('snapshot', snapshot));
}

import { atFreePlaces, type PlacedDrive } from '../drives/options.ts';
import { type BootOrder, ConfigurationError, type DriveOptions, type Image } from '../index.ts';
import { checkedOrder } from '../options/boot-order.ts';
import { formatNames, type ImageFormat, imageFormats, isImageFormat } from '../storage/formats.ts';
import { driveLimitsIn, throttleProperties } from './drive-limits.ts';
import { drivePlace, idePlace, scsiIndex } from './drive-places.ts';
import { checkIgnoredDriveProperties, ignoredDriveProperties } from './drive-values.ts';
import type { Flag } from './flag.ts';
import { parseInteger, parseProperties, parseSwitch } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/** A drive of the command line: one that a -device connects has a name and is not connected otherwise. */
type Drive = DriveOptions & { readonly waits?: boolean };

const ideDrives = ['hda', 'hdb', 'hdc', 'hdd'];
const floppyDrives = ['fda', 'fdb'];

/** The formats as words of a flag's argument, which shells complete. */
const formatWords = imageFormats.join('|');

const known = [
  'file',
  'if',
  'index',
  'bus',
  'unit',
  'media',
  'format',
  'snapshot',
  'readonly',
  'serial',
  'id',
  'rerror',
  'werror',
];

/** Flags that say what firmware boots from, as QEMU has them. */
export const bootFlags: readonly Flag[] = [
  {
    names: ['boot'],
    argument: '[order=]LETTERS[,once=LETTERS][,menu=on[,splash-time=MS]]',
    help: 'what firmware boots from, first to last',
    details:
      'The letters: a floppy, c hard disk, d CD-ROM, n network; the others come after these. once: at the first boot alone. splash-time: milliseconds for the menu, without effect where it is off.',
    apply: (settings, text) =>
      machine(settings, { bootOrder: { ...settings.machine.bootOrder, ...parseBootOrder(text) } }),
  },
  {
    names: ['no-fd-bootchk'],
    help: 'boot a floppy disk without a boot signature, too',
    apply: (settings) => machine(settings, { bootOrder: { ...settings.machine.bootOrder, checkFloppy: false } }),
  },
];

/** Flags of disks and drives, as QEMU has them. */
export const driveFlags: readonly Flag[] = [
  {
    names: ['drive'],
    argument: `file=FILE[,if=ide|virtio|scsi|xen|floppy|pflash|none][,index=N][,media=disk|cdrom][,format=${formatWords}][,snapshot=on][,readonly=on][,bps=N][,iops=N]`,
    help: 'a disk or drive with this image',
    details:
      'if=pflash: a flash chip that firmware is in (unit=0, the first) or keeps its variables in (unit=1). With if=none and id=ID it waits for -device ide-hd, ide-cd, virtio-blk-pci, nvme, scsi-hd, scsi-cd or usb-storage, or for device_add. if=scsi: at a SCSI controller, a pvscsi if there is no other. bps, iops: bytes and requests a second at most, with bps_rd, bps_wr, bps_max and the others of QEMU, and throttling.group=NAME for drives that share them.',
    apply: (settings, text) => addDrive(settings, parseDrive(text)),
  },
  ...ideDrives.map((name, index) => ({
    names: [name],
    argument: 'FILE',
    help: `IDE hard disk ${index} with this image`,
    apply: (settings: Settings, image: string) => addDrive(settings, { image, index }),
  })),
  {
    names: ['cdrom'],
    argument: 'FILE',
    help: 'CD-ROM drive (IDE drive 2) with this image',
    apply: (settings, image) => addDrive(settings, { image, media: 'cdrom', index: 2 }),
  },
  ...floppyDrives.map((name, index) => ({
    names: [name],
    argument: 'FILE',
    help: `floppy drive ${index} with this image`,
    apply: (settings: Settings, image: string) => addDrive(settings, { image, interface: 'floppy', index }),
  })),
  {
    names: ['pflash'],
    argument: 'FILE',
    help: 'the next flash chip with this image',
    details: 'The first one has the firmware, the second one its variables.',
    apply: (settings, image) => addDrive(settings, { image, interface: 'pflash' }),
  },
  {
    names: ['blockdev'],
    argument: `driver=${formatWords}|file,node-name=ID,file.filename=FILE|file=ID[,read-only=on]`,
    help: 'an image with a name, which a -device connects',
    details:
      'The device is ide-hd, ide-cd, virtio-blk-pci, nvme, scsi-hd, scsi-cd or usb-storage. The image is in a file, or is that of another -blockdev. The argument may be a JSON object, too.',
    apply: addBlockdev,
  },
  {
    names: ['snapshot'],
    help: 'what the guest writes to disks is forgotten at the end',
    apply: (settings) => ({ ...settings, snapshot: true }),
  },
];

/** The settings with the image FILE as the next hard disk. */
export function addDisk(settings: Settings, image: string): Settings {
  return addDrive(settings, { image });
}

/** The settings with a drive of -drive or -blockdev connected: by `-device ide-hd,drive=ID`. `kind` says what it is. */
export function connectDrive(
  settings: Settings,
  kind: Pick<DriveOptions, 'media' | 'interface' | 'bus' | 'port' | 'index'>,
  {
    drive: id = '',
    bus = '',
    unit = '',
    serial = '',
    bootindex = '',
    id: device = '',
  }: Readonly<Record<string, string>>,
): Settings {
  const { [id]: waiting, ...others } = settings.waitingDrives;
  if (id === '' && kind.media === 'disk')
    throw new ConfigurationError('drive property not set; give -drive if=none,id=ID,file=FILE and drive=ID');
  if (id !== '' && settings.machine.drives?.some((drive) => typeof drive !== 'string' && drive.id === id))
    throw new ConfigurationError(
      `the drive '${id}' is connected to a device already; give each -device a -drive of its own, with if=none`,
    );
  if (id !== '' && waiting === undefined)
    throw new ConfigurationError(`there is no drive '${id}' that waits; give -drive if=none,id=${id},file=FILE`);
  const place = kind.interface === 'floppy' ? floppyUnit(unit) : drivePlace(settings, bus, unit);
  const connected = {
    ...waiting,
    ...kind,
    // As in QEMU a medium of a CD-ROM drive is not written to, whatever device has it.
    ...(waiting?.media === 'cdrom' && kind.media === 'disk' && { readOnly: true }),
    ...(id && { id }),
    ...(device && { device }),
    ...place,
    ...(serial && { serial }),
    ...(bootindex && { bootIndex: parseInteger('bootindex', bootindex) }),
  };
  const hasIdeDevice = settings.hasIdeDevice || kind.interface === undefined || kind.interface === 'ide';
  return addDrive({ ...settings, hasIdeDevice, waitingDrives: others }, connected);
}

/** The settings with the flash chips that -machine names, after all of -drive and -blockdev. */
function withFlashChips(settings: Settings): Settings {
  let connected: Settings = { ...settings, flashChips: {} };
  for (const [index, id] of Object.entries(settings.flashChips ?? {})) {
    const { [id]: image, ...waitingDrives } = connected.waitingDrives;
    if (image === undefined)
      throw new ConfigurationError(
        `-machine pflash${index}=${id}: there is no such image; give -blockdev driver=file,node-name=${id},filename=FILE`,
      );
    const chip = { ...image, waits: false, interface: 'pflash', index: Number(index) } as const;
    connected = addDrive({ ...connected, waitingDrives }, chip);
  }
  return connected;
}

/** The options of all drives that a device has. Throws ConfigurationError if -machine names a flash chip that is not there. */
export function drivesOf(settings: Settings): (string | DriveOptions)[] {
  const {
    machine: { drives = [] },
    snapshot,
  } = withFlashChips(settings);
  if (!snapshot) return [...drives];
  return drives.map((drive) => ({ ...(typeof drive === 'string' ? { image: drive } : drive), snapshot: true }));
}

/**
 * Drives that no -device has, by their names: they may be plugged in later.
 * @throws ConfigurationError for one without an image
 */
export function unusedDrives(settings: Settings): [name: string, drive: DriveOptions & { image: Image }][] {
  const { snapshot = false, waitingDrives } = withFlashChips(settings);
  return Object.entries(waitingDrives).map(([name, drive]) => {
    const { image } = drive;
    if (image === undefined)
      throw new ConfigurationError(
        `the drive '${name}' is empty and connected to nothing; give -device ide-cd,drive=${name}, or leave it out`,
      );
    return [name, { ...drive, image, ...(snapshot && { snapshot }) }];
  });
}

/** The empty drives that QEMU's PC has unless told otherwise, for media to be inserted later. */
const emptyCdrom: PlacedDrive = { media: 'cdrom', index: 2 };
const emptyFloppy: PlacedDrive = { interface: 'floppy', index: 0 };

/** All drives, and those of the empty ones that there is a place for. Whoever connects an IDE drive by -device names all of them. */
export function withEmptyDrives(settings: Settings): (string | DriveOptions)[] {
  const drives = drivesOf(settings);
  const empty = settings.hasIdeDevice ? [emptyFloppy] : [emptyCdrom, emptyFloppy];
  return [...drives, ...atFreePlaces(empty, drives)];
}

function addDrive(settings: Settings, { waits, ...drive }: Drive): Settings {
  if (drive.image === '') throw new ConfigurationError('the name of the image is empty; give the path of a file');
  if (!waits) return machine(settings, { drives: [...(settings.machine.drives ?? []), drive] });
  const { id = freeName(settings) } = drive;
  if (Object.hasOwn(settings.waitingDrives, id))
    throw new ConfigurationError(`there is a drive with the name '${id}' already; give each its own`);
  return { ...settings, waitingDrives: { ...settings.waitingDrives, [id]: { ...drive, id } } };
}

/** As QEMU calls a drive without a name. */
function freeName({ waitingDrives }: Settings): string {
  let number = 0;
  while (Object.hasOwn(waitingDrives, `none${number}`)) number++;
  return `none${number}`;
}

/** The place for `unit=1`, which is drive B. */
function floppyUnit(unit: string): Pick<DriveOptions, 'index'> {
  return unit === '' ? {} : { index: parseInteger('unit', unit) };
}

/** Names that -drive has in common with -blockdev, and what they are called otherwise. */
const nodeNames: Readonly<Record<string, string>> = {
  driver: 'format',
  'file.filename': 'file',
  'read-only': 'readonly',
  'file.driver': '',
};

/** @throws ConfigurationError for images that are in no file */
function drivePropertiesOf(given: Readonly<Record<string, string>>): Record<string, string> {
  const below = given['file.driver'] ?? 'file';
  if (below !== 'file')
    throw new ConfigurationError(`file.driver=${below} is not supported: images are in files; give file.driver=file`);
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [nodeNames[name] || name, value]));
}

/** The index of a drive that names its bus and its unit. */
function indexAt(connection: string, bus: string, unit: string): string | undefined {
  if (connection === 'pflash') return unit || undefined;
  return (connection === 'scsi' ? scsiIndex(bus, unit) : idePlace(bus, unit))?.toString();
}

function parseDrive(text: string): Drive {
  const allowed = [...known, ...Object.keys(nodeNames), ...ignoredDriveProperties, ...throttleProperties];
  const properties = drivePropertiesOf(parseProperties(text, 'file', allowed));
  checkIgnoredDriveProperties(properties);
  const { file, media, format, snapshot, readonly, serial, bus, unit, id } = properties;
  const { if: connection = 'ide' } = properties;
  const { index = indexAt(connection, bus ?? '', unit ?? '') } = properties;
  if (!isConnection(connection))
    throw new ConfigurationError(
      `if=${connection} is not there yet; give if=ide, if=virtio, if=scsi, if=xen, if=floppy or if=pflash, or if=none,id=ID with -device nvme, usb-storage or (for SATA, with -device ahci,id=ahci) ide-hd,bus=ahci.0 and drive=ID`,
    );
  for (const name of ['rerror', 'werror']) checkErrorAction(name, properties[name]);
  checkIsOneOf('media', media, ['disk', 'cdrom']);
  checkIsOneOf('format', format, imageFormats);
  if (file === undefined && connection !== 'floppy' && connection !== 'none' && media !== 'cdrom')
    throw new ConfigurationError(
      `a ${connection === 'pflash' ? 'flash chip' : 'hard disk'} needs an image; give file=FILE`,
    );
  return {
    ...(file !== undefined && { image: file }),
    ...(connection !== 'ide' && connection !== 'none' && { interface: connection }),
    ...(index !== undefined && { index: parseInteger('index', index) }),
    ...(media !== undefined && connection !== 'pflash' && { media: media as 'disk' | 'cdrom' }),
    ...(format !== undefined && { format: format as ImageFormat }),
    ...(snapshot !== undefined && { snapshot: parseSwitch('snapshot', snapshot) }),
    ...(readonly !== undefined && { readOnly: parseSwitch('readonly', readonly) }),
    ...(serial !== undefined && { serial }),
    ...driveLimitsIn(properties),
    ...(id !== undefined && { id }),
    ...(connection === 'none' && { waits: true }),
  };
}

const connections = ['ide', 'floppy', 'virtio', 'scsi', 'xen', 'pflash', 'none'] as const;

function isConnection(name: string): name is (typeof connections)[number] {
  return (connections as readonly string[]).includes(name);
}

/** Checks `rerror=` and `werror=`: only the values for what is done here anyway are accepted. */
function checkErrorAction(name: string, action: string | undefined): void {
  if (action === undefined || action === 'report') return;
  throw new ConfigurationError(
    `${name}=${action} is not there yet: what fails at the host is an error for the guest; give ${name}=report`,
  );
}

/** @throws ConfigurationError */
function checkIsOneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  const choice = allowed.map((one) => `${name}=${one}`).join(' or ');
  throw new ConfigurationError(`${name}=${value} is not there yet; give ${choice}`);
}

function parseBootOrder(text: string): BootOrder {
  const names = ['once', 'menu', 'strict', 'splash', 'splash-time', 'reboot-timeout'];
  const given = parseProperties(text, 'order', names);
  const { order, once, menu, splash, 'splash-time': menuTime, 'reboot-timeout': retry = '-1' } = given;
  if (splash !== undefined)
    throw new ConfigurationError('splash: firmware here shows no picture; leave splash=FILE out');
  if (retry !== '-1')
    throw new ConfigurationError(
      `reboot-timeout=${retry}: where nothing can be booted there is no second try; leave it out, or give reboot-timeout=-1`,
    );
  const bootOrder = {
    ...(order !== undefined && { order }),
    ...(once !== undefined && { once }),
    ...(menu !== undefined && { menu: parseSwitch('menu', menu) }),
    ...(menuTime !== undefined && { menuTime: parseInteger('splash-time', menuTime) }),
  };
  checkedOrder(bootOrder);
  return bootOrder;
}

function addBlockdev(settings: Settings, text: string): Settings {
  const allowed = [
    'driver',
    'node-name',
    'file',
    'file.filename',
    'file.driver',
    'filename',
    'read-only',
    ...ignoredDriveProperties,
  ];
  const properties = parseProperties(text, 'driver', allowed);
  checkIgnoredDriveProperties(properties);
  const { driver = '', 'node-name': id, file, 'file.driver': below = 'file', 'read-only': readonly } = properties;
  if ((driver !== 'file' && !isImageFormat(driver)) || below !== 'file')
    throw new ConfigurationError(
      `the driver '${below === 'file' ? driver : below}' is not supported; give one of ${formatNames}, file`,
    );
  const { [file ?? '']: node, ...others } = settings.waitingDrives;
  if (file !== undefined && node === undefined)
    throw new ConfigurationError(
      `there is no '${file}' in front of '${text}'; give -blockdev driver=file,node-name=${file}`,
    );
  const image = properties['file.filename'] ?? properties.filename ?? node?.image;
  if (id === undefined || image === undefined)
    throw new ConfigurationError(`'${text}' needs a name and a file; give node-name=ID and file.filename=FILE`);
  const drive = {
    ...node,
    id,
    waits: true,
    image,
    format: isImageFormat(driver) ? driver : ('raw' as const),
    ...(readonly !== undefined && { readOnly: parseSwitch('read-only', readonly) }),
  };
  const blockNodes = { ...settings.blockNodes, [id]: driver };
  return addDrive({ ...settings, waitingDrives: others, blockNodes }, drive);
}

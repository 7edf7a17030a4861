import type { OptionalCardModel } from '../../runtime/machine/catalogue/cards.ts';
import { type PciDiskModel, pciDiskModels, pciDisks } from '../../runtime/machine/catalogue/disks.ts';
import type { DisplayModel } from '../../runtime/machine/catalogue/displays.ts';
import { type DeviceModel, deviceModel, deviceModels, deviceRows } from '../../runtime/machine/catalogue/index.ts';
import { type DeviceRow, propertiesOf } from '../../runtime/machine/catalogue/row.ts';
import { scsiControllerModels } from '../../runtime/machine/catalogue/scsi.ts';
import { soundCards } from '../../runtime/machine/catalogue/sound.ts';
import { systemDevices } from '../../runtime/machine/catalogue/system.ts';
import { usbControllerModels, usbInputDevices, usbInputModels } from '../../runtime/machine/catalogue/usb.ts';
import { xenDevices } from '../../runtime/machine/catalogue/xen.ts';
import { isIdentifier } from '../drives/options.ts';
import { isProcessorType } from '../hot-plug/device-add-processor.ts';
import { busName } from '../hot-plug/device-buses.ts';
import {
  ConfigurationError,
  cardModels,
  type SoundCardModel,
  soundCardModels,
  type VirtioPortOptions,
} from '../index.ts';
import { checkedOneOf } from '../util/checks.ts';
import { similarNames } from '../util/similar.ts';
import { acceptedProperties, checkAccepted } from './accepted-properties.ts';
import type { Backend } from './backends/backend.ts';
import { connectDrive } from './drive-flags.ts';
import { addAhci } from './drive-places.ts';
import { addContent } from './loader-device.ts';
import { missingDevices } from './missing.ts';
import { addCard } from './network-flags.ts';
import { hasAddress, withAddress } from './pci-addresses.ts';
import { connectParallel, connectSerial, onBoardProblem } from './port-devices.ts';
import { addProcessor } from './processor-device.ts';
import { parseInteger, parseProperties, propertyList } from './properties.ts';
import { addScsiController, addScsiDrive } from './scsi-flags.ts';
import { machine, type Settings } from './settings.ts';
import { shareFolder } from './share-flags.ts';
import { addSoundCard } from './sound-flags.ts';
import { addUsbController, addUsbInput, checkUsbBus, usbPlaceOf } from './usb-flags.ts';

/** The properties of a -device, all that it has. */
type Properties = Readonly<Record<string, string>>;
/** The settings with a device. Throws ConfigurationError if a property is wrong. */
type AddDevice = (settings: Settings, properties: Properties) => Settings;

/** A device that `-device` adds: parsing and `-device help` come from it. */
export interface Device extends Pick<DeviceRow, 'help' | 'only'> {
  /** With their defaults. */
  readonly properties: Properties;
  readonly apply: AddDevice;
}

/** The device of a row with an option that stands for it alone. */
function addByOption({ option, settings: numbers }: DeviceRow): AddDevice {
  return (settings, properties) => {
    if (numbers === undefined) return machine(settings, { [option!]: true });
    const values = Object.entries(numbers).map(([name, { property }]) => [
      name,
      parseInteger(property, properties[property]!),
    ]);
    return machine(settings, { [option!]: Object.fromEntries(values) });
  };
}

/** @throws ConfigurationError if a card is to be in another place than it is */
function checkPlaces(model: SoundCardModel, given: Properties): void {
  for (const [name, place] of Object.entries(soundCards[model].places))
    if (parseInteger(name, given[name]!) !== Number(place))
      throw new ConfigurationError(
        `${model} is where it is here, not at ${name}=${given[name]}; give ${name}=${place}`,
      );
}

function addSound(model: SoundCardModel): AddDevice {
  return (settings, given) => {
    checkPlaces(model, given);
    return addSoundCard(settings, model, given.audiodev!);
  };
}

function addBalloon(settings: Settings, properties: Properties): Settings {
  const isOn = (name: string) => checkedOneOf(name, properties[name] as 'on' | 'off', ['on', 'off']) === 'on';
  const balloon = { deflateOnOom: isOn('deflate-on-oom'), freePageReporting: isOn('free-page-reporting') };
  return machine(settings, { balloon: Object.values(balloon).includes(true) ? balloon : true });
}

/** An entropy device; where its numbers come from may be left out. */
function addRandomDevice(settings: Settings, { rng }: Properties): Settings {
  if (rng !== '' && !settings.randomSources.includes(rng!))
    throw new ConfigurationError(`there is no -object with id=${rng}; give -object rng-random,id=${rng}`);
  return machine(settings, { rng: true });
}

/** Throws ConfigurationError if there is no device for the port. */
function addVirtioPort(settings: Settings, chardev: string, port: VirtioPortOptions): Settings {
  const { virtioPorts: others } = settings.machine;
  if (others === undefined)
    throw new ConfigurationError('there is no console device for the port; give -device virtio-serial-pci before it');
  return {
    ...machine(settings, { virtioPorts: [...others, port] }),
    virtioPorts: [...settings.virtioPorts, backendOf(chardev)],
  };
}

/** The backend of a -chardev; without one, nobody is there. */
function backendOf(chardev: string): Backend {
  return chardev === '' ? { type: 'null' } : { type: 'chardev', id: chardev };
}

function addPciDisk(model: PciDiskModel): AddDevice {
  const { interface: kind, needsSerial } = pciDisks[model];
  return (settings, properties) => {
    const hasSerial = properties.serial !== '' || settings.waitingDrives[properties.drive!]?.serial !== undefined;
    if (needsSerial && !hasSerial) throw new ConfigurationError(`${model}: serial property not set; give serial=TEXT`);
    return connectDrive(settings, { media: 'disk', interface: kind }, properties);
  };
}

/** An adapter with so many megabytes of memory. */
const addDisplay =
  (vga: DisplayModel, megabytes: number): AddDevice =>
  (settings, { romfile, vgamem_mb = String(megabytes) }) => {
    if (parseInteger('vgamem_mb', vgamem_mb) !== megabytes)
      throw new ConfigurationError(
        `vgamem_mb=${vgamem_mb}: the adapter has ${megabytes} MB of memory; give ${megabytes}, or leave it out`,
      );
    return machine(settings, { vga, ...(romfile && { videoBios: romfile }) });
  };

function addUsbDisk(settings: Settings, { bus, port, ...properties }: Properties): Settings {
  const place = usbPlaceOf({ bus: bus!, port: port! });
  checkUsbBus(settings, 'usb-storage', place.bus);
  return connectDrive(settings, { media: 'disk', interface: 'usb', ...place }, properties);
}

function addDebugExit(settings: Settings, { iobase, iosize }: Properties): Settings {
  const debugExit = { iobase: parseInteger('iobase', iobase!), iosize: parseInteger('iosize', iosize!) };
  return machine(settings, { debugExit });
}

function addDebugConsole(settings: Settings, { iobase, chardev }: Properties): Settings {
  const debugConsole = { iobase: parseInteger('iobase', iobase!) };
  return { ...machine(settings, { debugConsole }), debugConsole: { type: 'chardev', id: chardev! } };
}

/** Functions that add devices to the settings. Cards whose option says all need none. */
const special: Readonly<Record<Exclude<DeviceModel, OptionalCardModel>, AddDevice>> = {
  'isa-debug-exit': addDebugExit,
  'isa-debugcon': addDebugConsole,
  'isa-serial': connectSerial,
  'isa-parallel': connectParallel,
  VGA: (settings, { romfile }) => machine(settings, { vga: 'std', ...(romfile && { videoBios: romfile }) }),
  'cirrus-vga': addDisplay('cirrus', 4),
  'vmware-svga': addDisplay('vmware', 16),
  'ide-hd': (settings, properties) => connectDrive(settings, { media: 'disk' }, properties),
  'ide-cd': (settings, properties) => connectDrive(settings, { media: 'cdrom' }, properties),
  ahci: (settings, { id = '' }) => addAhci(settings, id),
  floppy: (settings, properties) => connectDrive(settings, { interface: 'floppy' }, properties),
  ...each(pciDiskModels, addPciDisk),
  ...each(
    scsiControllerModels,
    (model) =>
      (settings, { id }) =>
        addScsiController(settings, model, id),
  ),
  'xen-disk': addXenDisk,
  'xen-console': addXenConsole,
  'xen-keyboard': addByOption(xenDevices['xen-keyboard']),
  'xen-framebuffer': addByOption(xenDevices['xen-framebuffer']),
  'scsi-hd': (settings, properties) => addScsiDrive(settings, 'disk', properties),
  'scsi-cd': (settings, properties) => addScsiDrive(settings, 'cdrom', properties),
  'usb-storage': addUsbDisk,
  ...each(cardModels, (model) => (settings, properties) => addCard(settings, model, properties)),
  ...each(soundCardModels, addSound),
  'virtio-balloon-pci': addBalloon,
  'virtio-serial-pci': (settings) => machine(settings, { virtioPorts: settings.machine.virtioPorts ?? [] }),
  virtconsole: (settings, { chardev, name }) =>
    addVirtioPort(settings, chardev!, { console: true, ...(name && { name }) }),
  virtserialport: (settings, { chardev, name }) => addVirtioPort(settings, chardev!, name ? { name } : {}),
  'virtio-rng-pci': addRandomDevice,
  'virtio-9p-pci': (settings, { fsdev, mount_tag }) => shareFolder(settings, fsdev!, mount_tag!),
  ...each(
    usbControllerModels,
    (model) =>
      (settings, { id }) =>
        addUsbController(settings, model, id),
  ),
  ...each(
    usbInputModels,
    (model) => (settings, properties) => addUsbInput(settings, usbInputDevices[model].input, usbPlaceOf(properties)),
  ),
  loader: addContent,
  vmgenid: (settings, { guid }) => machine(settings, { generationId: guid === 'auto' || guid! }),
  'pc-testdev': addByOption(systemDevices['pc-testdev']),
  'xen-platform': addByOption(xenDevices['xen-platform']),
};

/** @throws ConfigurationError without Xen */
function addXenDisk(settings: Settings, properties: Readonly<Record<string, string>>): Settings {
  return connectDrive(settings, { media: 'disk', interface: 'xen' }, properties);
}

/** @throws ConfigurationError for another number than the next one */
function addXenConsole(settings: Settings, { chardev, idx }: Properties): Settings {
  const { xenConsoles: before = 0 } = settings.machine;
  if (idx !== '' && parseInteger('idx', idx!) !== before)
    throw new ConfigurationError(`idx=${idx}: the next console is number ${before}; give that, or leave it out`);
  return {
    ...machine(settings, { xenConsoles: before + 1 }),
    xenConsoles: [...settings.xenConsoles, backendOf(chardev!)],
  };
}

function each<Model extends string>(
  models: readonly Model[],
  add: (model: Model) => AddDevice,
): Readonly<Record<Model, AddDevice>> {
  return Object.fromEntries(models.map((model) => [model, add(model)])) as Record<Model, AddDevice>;
}

/** All of them, in the order of `-device help`. */
export const devices: Readonly<Record<DeviceModel, Device>> = Object.fromEntries(
  deviceModels.map((model) => {
    const row = deviceRows[model];
    const { help, only } = row;
    const apply = special[model as keyof typeof special] ?? addByOption(row);
    return [model, { help, properties: propertiesOf(row), ...(only && { only }), apply }];
  }),
) as Record<DeviceModel, Device>;

/** Placeholders in the help for the values of properties that have no default, where the value is not the name of something. */
const values: Readonly<Record<string, string>> = {
  mac: 'ADDRESS',
  romfile: 'FILE',
  serial: 'TEXT',
  'scsi-id': 'N',
  unit: 'N',
  index: 'N',
  idx: 'N',
  bootindex: 'N',
  iobase: 'PORT',
  irq: 'N',
  mount_tag: 'TAG',
  file: 'FILE',
  data: 'N',
  'data-len': 'N',
  'data-be': 'on',
  'force-raw': 'on',
  'cpu-num': 'N',
  name: 'NAME',
};

/** A device with its properties and their defaults, as it is written after `-device`. */
export function deviceUsage(name: DeviceModel): string {
  const list = Object.entries(devices[name].properties).map(
    ([property, value]) => `,${property}=${value || (values[property] ?? 'ID')}`,
  );
  return name + list.join('');
}

/**
 * The model that a device's name means: QEMU has several names for some.
 * @throws ConfigurationError if there is no such model
 */
export function writtenDevice(written: string): DeviceModel {
  const problem = onBoardProblem(written);
  if (problem !== undefined) throw new ConfigurationError(problem);
  const model = deviceModel(written);
  if (model !== undefined) return model;
  const instead = missingDevices.get(written);
  if (instead !== undefined) throw new ConfigurationError(`the device '${written}' is not supported; ${instead}`);
  const known = deviceModels.flatMap((model) => [model, ...(deviceRows[model].aliases ?? [])]);
  throw new ConfigurationError(
    `the device '${written}' is not supported${similarNames(written, known)}; -device help lists those that are`,
  );
}

/** The settings with the device of a text such as `isa-debug-exit,iobase=0xf4`. */
export function applyDevice(settings: Settings, text: string): Settings {
  const { driver: written = '', id } = Object.fromEntries(propertyList(text, 'driver'));
  if (isProcessorType(written)) return withDeviceId(addProcessor(settings, text), id);
  const driver = writtenDevice(written);
  const { properties, only, apply } = devices[driver];
  // Any may have a name, which only some use, and may say which bus it is on.
  const others = [...(hasAddress(driver) ? ['id', 'bus', 'addr'] : ['id', 'bus']), ...acceptedProperties(driver)];
  const given = parseProperties(text, 'driver', [...new Set([...Object.keys(properties), ...others])]);
  checkAccepted(driver, given);
  if (given.bus !== undefined && !('bus' in properties)) checkBus(driver, given.bus);
  const used = Object.entries(given).filter(([name]) => name in properties);
  const counted = only === undefined ? settings : withOnly(settings, driver, only);
  const added = withDeviceId(apply(counted, { ...properties, ...Object.fromEntries(used) }), given.id);
  return hasAddress(driver) ? withAddress(added, driver, given.addr) : added;
}

/** The settings with a device that there is one of. */
function withOnly(settings: Settings, driver: string, only: string): Settings {
  const { onlyDevices = [] } = settings;
  if (onlyDevices.includes(only))
    throw new ConfigurationError(`there is one ${only}; leave the second -device ${driver} out`);
  return { ...settings, onlyDevices: [...onlyDevices, only] };
}

/** The settings with the name of one more -device: no two have the same, of whatever kind they are. */
function withDeviceId(settings: Settings, id: string | undefined): Settings {
  if (id === undefined) return settings;
  const { deviceIds = [] } = settings;
  if (!isIdentifier(id))
    throw new ConfigurationError(
      `id=${id}: Parameter 'id' expects an identifier, a letter and then letters, digits, "-", "." and "_"`,
    );
  if (deviceIds.includes(id)) throw new ConfigurationError(`Duplicate ID '${id}' for device; give each its own`);
  return { ...settings, deviceIds: [...deviceIds, id] };
}

/** There is one bus of each kind. QEMU takes the name without the number, too. */
function checkBus(driver: string, given: string): void {
  const bus = busName(driver);
  if (bus === undefined || (given !== bus && given !== bus.replace(/\.0$/, '')))
    throw new ConfigurationError(
      `there is no bus '${given}' for ${driver}; leave it out${bus ? `, or give bus=${bus}` : ''}`,
    );
}

import { isIdentifier } from '../drives/options.ts';
import {
  type CardModel,
  ConfigurationError,
  cardModels,
  type SoundCardModel,
  soundCardModels,
  type UsbControllerModel,
  type UsbInput,
  usbInputs,
  type VirtioPortOptions,
} from '../index.ts';
import { acceptedProperties, checkAccepted } from './accepted-properties.ts';
import type { Backend } from './backends/backend.ts';
import { connectDrive } from './drive-flags.ts';
import { addAhci } from './drive-places.ts';
import { loaderDevice } from './loader-device.ts';
import { addCard } from './network-flags.ts';
import { deviceBus, hasAddress, withAddress } from './pci-addresses.ts';
import { onBoardProblem, portDevices } from './port-devices.ts';
import { parseInteger, parseProperties, propertyList } from './properties.ts';
import { machine, type Settings } from './settings.ts';
import { shareFolder } from './share-flags.ts';
import { addSoundCard } from './sound-flags.ts';
import { addUsbController, addUsbInput, checkUsbBus, usbInputNames, usbPlaceOf } from './usb-flags.ts';

/** A device that `-device` adds: parsing and `-device help` come from its row. */
export interface Device {
  readonly help: string;
  /** With their defaults, which are QEMU's. */
  readonly properties: Readonly<Record<string, string>>;
  /** The name of something that a machine can have only one of. A second one would be dropped, or replace the first. */
  readonly only?: string;
  /** The settings with it. Throws ConfigurationError if a property is wrong. */
  apply(settings: Settings, properties: Readonly<Record<string, string>>): Settings;
}

const cardHelp: Readonly<Record<CardModel, string>> = {
  rtl8139: 'a network card of Realtek (RTL8139C+), connected to -netdev id=ID',
  ne2k_pci: 'an NE2000 on the PCI bus (RTL8029)',
  ne2k_isa: 'an NE2000 on the ISA bus; the first is at port 0x300 with IRQ 9',
  e1000: 'a PRO/1000 of Intel (82540EM)',
  pcnet: 'a PCnet-PCI II of AMD (Am79C970A), which many old systems have drivers for',
  'virtio-net-pci': 'a network card for guests with drivers of virtio',
};

/** A network card. Left out: the next free address. */
function cardDevice(model: CardModel): Device {
  return {
    help: cardHelp[model],
    properties: { netdev: '', mac: '', id: '', ...(model !== 'ne2k_isa' && { romfile: '', bootindex: '' }) },
    apply: (settings, properties) => addCard(settings, model, properties),
  };
}

const soundCardHelp: Readonly<Record<SoundCardModel, string>> = {
  sb16: 'a Sound Blaster 16 with FM chip, which sounds to -audiodev id=ID',
  AC97: "the sound of Intel's 82801AA, on the PCI bus",
  adlib: 'an AdLib, also at port 0x388, whose FM chip is an OPL3: that of the Sound Blaster, where there is one',
};

/** Where they are: QEMU's defaults. */
const soundCardPlaces: Readonly<Record<SoundCardModel, Readonly<Record<string, string>>>> = {
  sb16: { iobase: '0x220', irq: '5', dma: '1', dma16: '5' },
  AC97: {},
  adlib: { iobase: '0x220' },
};

/** @throws ConfigurationError if a card is to be in another place than it is */
function checkPlaces(model: SoundCardModel, given: Readonly<Record<string, string>>): void {
  for (const [name, place] of Object.entries(soundCardPlaces[model]))
    if (parseInteger(name, given[name]!) !== Number(place))
      throw new ConfigurationError(
        `${model} is where it is here, not at ${name}=${given[name]}; give ${name}=${place}`,
      );
}

function soundCardDevice(model: SoundCardModel): Device {
  return {
    help: soundCardHelp[model],
    properties: { audiodev: '', ...soundCardPlaces[model] },
    apply: (settings, given) => {
      checkPlaces(model, given);
      return addSoundCard(settings, model, given.audiodev!);
    },
  };
}

const usbInputHelp: Readonly<Record<UsbInput, string>> = {
  tablet:
    'a pointer on the USB that tells its place, so that it is where that of a VNC viewer is; needs a controller, such as that of -usb',
  mouse: 'a mouse on the USB',
  keyboard: 'a keyboard on the USB',
};

function usbInputDevice(input: UsbInput): Device {
  return {
    help: usbInputHelp[input],
    properties: { bus: '', port: '', id: '' },
    apply: (settings, properties) => addUsbInput(settings, input, usbPlaceOf(properties)),
  };
}

function usbController(model: UsbControllerModel, help: string): Device {
  return { help, properties: { id: '' }, apply: (settings, { id }) => addUsbController(settings, model, id) };
}

/** An entropy device; where its numbers come from may be left out. */
function addRandomDevice(settings: Settings, { rng }: Readonly<Record<string, string>>): Settings {
  if (rng !== '' && !settings.randomSources.includes(rng))
    throw new ConfigurationError(`there is no -object with id=${rng}; give -object rng-random,id=${rng}`);
  return machine(settings, { rng: true });
}

/** Throws ConfigurationError if there is no device for the port. */
function addVirtioPort(settings: Settings, chardev: string, port: VirtioPortOptions): Settings {
  const { virtioPorts: others } = settings.machine;
  if (others === undefined)
    throw new ConfigurationError('there is no console device for the port; give -device virtio-serial-pci before it');
  const backend: Backend = chardev === '' ? { type: 'null' } : { type: 'chardev', id: chardev };
  return {
    ...machine(settings, { virtioPorts: [...others, port] }),
    virtioPorts: [...settings.virtioPorts, backend],
  };
}

/** As in QEMU there is none without a serial number: systems tell such disks apart by it. */
function addNvmeDisk(settings: Settings, properties: Readonly<Record<string, string>>): Settings {
  if (properties.serial === '' && settings.waitingDrives[properties.drive!]?.serial === undefined)
    throw new ConfigurationError('nvme: serial property not set; give serial=TEXT');
  return connectDrive(settings, { media: 'disk', interface: 'nvme' }, properties);
}

export const devices: Readonly<Record<string, Device>> = {
  'isa-debug-exit': {
    help: 'a write there ends the program, with exit code 2 * value + 1',
    only: 'isa-debug-exit device',
    properties: { iobase: '0x501', iosize: '2' },
    apply: (settings, { iobase, iosize }) => {
      const debugExit = { iobase: parseInteger('iobase', iobase), iosize: parseInteger('iosize', iosize) };
      return machine(settings, { debugExit });
    },
  },
  'isa-debugcon': {
    help: 'what is written there goes to a -chardev',
    only: 'isa-debugcon device',
    properties: { iobase: '0xe9', chardev: '' },
    apply: (settings, { iobase, chardev }) => {
      const debugConsole = { iobase: parseInteger('iobase', iobase) };
      return { ...machine(settings, { debugConsole }), debugConsole: { type: 'chardev', id: chardev } };
    },
  },
  ...portDevices,
  VGA: {
    help: 'the display adapter, with this video BIOS',
    only: 'display adapter',
    properties: { romfile: '' },
    apply: (settings, { romfile }) => machine(settings, { vga: 'std', ...(romfile && { videoBios: romfile }) }),
  },
  'cirrus-vga': {
    help: 'a display adapter that old systems have drivers for (Cirrus Logic CL-GD5446), with this video BIOS',
    only: 'display adapter',
    properties: { romfile: '', vgamem_mb: '4' },
    apply(settings, { romfile, vgamem_mb = '4' }) {
      if (parseInteger('vgamem_mb', vgamem_mb) !== 4) {
        throw new ConfigurationError(`vgamem_mb=${vgamem_mb}: the adapter has 4 MB of memory; give 4, or leave it out`);
      }
      return machine(settings, { vga: 'cirrus', ...(romfile && { videoBios: romfile }) });
    },
  },
  'ide-hd': {
    help: 'a hard disk whose image is that of -drive if=none,id=ID or -blockdev node-name=ID; at the IDE, or at an ahci in front of it',
    properties: { drive: '', bus: '', unit: '', serial: '', bootindex: '', id: '' },
    apply: (settings, properties) => connectDrive(settings, { media: 'disk' }, properties),
  },
  'ide-cd': {
    help: 'a CD-ROM drive, empty without an image',
    properties: { drive: '', bus: '', unit: '', serial: '', bootindex: '', id: '' },
    apply: (settings, properties) => connectDrive(settings, { media: 'cdrom' }, properties),
  },
  ahci: {
    help: "the AHCI controller of Intel's ICH9, with six ports, for SATA drives: ide-hd and ide-cd with bus=ID.0 to bus=ID.5",
    properties: { id: '' },
    apply: (settings, { id = '' }) => addAhci(settings, id),
  },
  floppy: {
    help: 'a floppy drive, empty without an image',
    properties: { drive: '', unit: '', bootindex: '', id: '' },
    apply: (settings, properties) => connectDrive(settings, { interface: 'floppy' }, properties),
  },
  'virtio-blk-pci': {
    help: 'a hard disk like that of ide-hd, for guests with drivers of virtio',
    properties: { drive: '', serial: '', bootindex: '', id: '' },
    apply: (settings, properties) => connectDrive(settings, { media: 'disk', interface: 'virtio' }, properties),
  },
  nvme: {
    help: 'a disk with an NVM Express controller, whose image is that of -drive if=none,id=ID or -blockdev node-name=ID; it needs a serial',
    properties: { drive: '', serial: '', bootindex: '', id: '' },
    apply: addNvmeDisk,
  },
  'usb-storage': {
    help: 'a disk on the USB, whose image is that of -drive if=none,id=ID or -blockdev node-name=ID; needs a controller, such as that of -usb',
    properties: { drive: '', serial: '', bootindex: '', bus: '', port: '', id: '' },
    apply: (settings, { bus, port, ...properties }) => {
      const place = usbPlaceOf({ bus: bus!, port: port! });
      checkUsbBus(settings, 'usb-storage', place.bus);
      return connectDrive(settings, { media: 'disk', interface: 'usb', ...place }, properties);
    },
  },
  ...Object.fromEntries(cardModels.map((model) => [model, cardDevice(model)])),
  ...Object.fromEntries(soundCardModels.map((model) => [model, soundCardDevice(model)])),
  'virtio-balloon-pci': {
    help: "memory that the guest gives up when the monitor's balloon asks for it (virtio)",
    only: 'balloon device',
    properties: {},
    apply: (settings) => machine(settings, { balloon: true }),
  },
  'virtio-serial-pci': {
    help: 'a console device, for virtconsole and virtserialport (virtio)',
    only: 'virtio-serial-pci device, which has room for all ports',
    properties: {},
    apply: (settings) => machine(settings, { virtioPorts: settings.machine.virtioPorts ?? [] }),
  },
  virtconsole: {
    help: 'a console of virtio-serial-pci on a -chardev',
    properties: { chardev: '', name: '' },
    apply: (settings, { chardev, name }) => addVirtioPort(settings, chardev, { console: true, ...(name && { name }) }),
  },
  virtserialport: {
    help: 'a port of virtio-serial-pci on a -chardev, which programs of the guest find by its name',
    properties: { chardev: '', name: '' },
    apply: (settings, { chardev, name }) => addVirtioPort(settings, chardev, name ? { name } : {}),
  },
  'virtio-rng-pci': {
    help: "random numbers of the host's for the guest (virtio)",
    only: 'entropy device',
    properties: { rng: '' },
    apply: addRandomDevice,
  },
  'virtio-9p-pci': {
    help: 'a folder of the host that the guest mounts by its tag, that of -fsdev id=ID (virtio)',
    properties: { fsdev: '', mount_tag: '' },
    apply: (settings, { fsdev, mount_tag }) => shareFolder(settings, fsdev, mount_tag),
  },
  'piix3-usb-uhci': {
    help: "the USB controller of Intel's PIIX3, with two ports, as -usb",
    only: 'UHCI controller',
    properties: { id: '' },
    apply: (settings, { id }) => addUsbController(settings, 'piix3-usb-uhci', id),
  },
  'qemu-xhci': usbController('qemu-xhci', 'a USB controller of xHCI, with four ports of USB 2'),
  'nec-usb-xhci': usbController('nec-usb-xhci', "the same by NEC's identification (uPD720200), which has MSI, too"),
  'usb-ehci': usbController('usb-ehci', 'a USB controller of EHCI, with six ports of USB 2'),
  ...Object.fromEntries(usbInputs.map((input) => [usbInputNames[input], usbInputDevice(input)])),
  edu: {
    help: 'a PCI device to learn writing drivers with: registers, interrupts, transfers',
    only: 'edu device',
    properties: { dma_mask: '0xfffffff' },
    apply: (settings, { dma_mask }) => machine(settings, { edu: { dmaMask: parseInteger('dma_mask', dma_mask) } }),
  },
  loader: loaderDevice,
  'pc-testdev': {
    help: 'what kvm-unit-tests asks for',
    only: 'pc-testdev',
    properties: {},
    apply: (settings) => machine(settings, { pcTestdev: true }),
  },
};

/** Placeholders in the help for the values of properties that have no default, where the value is not the name of something. */
const values: Readonly<Record<string, string>> = {
  mac: 'ADDRESS',
  romfile: 'FILE',
  serial: 'TEXT',
  unit: 'N',
  index: 'N',
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
export function deviceUsage(name: string): string {
  const list = Object.entries(devices[name]!.properties).map(
    ([property, value]) => `,${property}=${value || (values[property] ?? 'ID')}`,
  );
  return name + list.join('');
}

/**
 * The model that a device's name means: QEMU has several names for some.
 * @throws ConfigurationError if there is no such model
 */
export function deviceModel(written: string): string {
  const driver = written.replace(/^(virtio-[a-z0-9]+)$/, '$1-pci').replace(/^ich9-ahci$/, 'ahci');
  const problem = onBoardProblem(driver);
  if (problem !== undefined) throw new ConfigurationError(problem);
  if (!Object.hasOwn(devices, driver))
    throw new ConfigurationError(`the device '${written}' is not supported; -device help lists those that are`);
  return driver;
}

/** The settings with the device of a text such as `isa-debug-exit,iobase=0xf4`. */
export function applyDevice(settings: Settings, text: string): Settings {
  const { driver: written = '' } = Object.fromEntries(propertyList(text, 'driver'));
  const driver = deviceModel(written);
  const { properties, only, apply } = devices[driver]!;
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
  const bus = deviceBus(driver);
  if (bus === undefined || (given !== bus && given !== bus.replace(/\.0$/, '')))
    throw new ConfigurationError(
      `there is no bus '${given}' for ${driver}; leave it out${bus ? `, or give bus=${bus}` : ''}`,
    );
}

import { ConfigurationError } from '../util/errors.ts';
import { printable } from '../util/printable.ts';
import { type Element, readXml } from './xml.ts';

/** A machine, as the descriptor of an appliance has it (Open Virtualization Format, DSP0243 1.1 and 2.1). */
export interface ApplianceDescription {
  readonly name: string;
  /** Bytes; a text: it says so, which is not understood; undefined: it doesn't say. */
  readonly memory: number | string | undefined;
  readonly processors: number;
  /** In the order of their controllers, and of their places there. */
  readonly drives: readonly DescribedDrive[];
  readonly cards: readonly DescribedDevice[];
  readonly sound: readonly DescribedDevice[];
  /** Firmware that it needs, in its own word; '': a BIOS. */
  readonly firmware: string;
}

/** A device, as the appliance names it. */
export interface DescribedDevice {
  readonly name: string;
  /** Its model, such as E1000 or lsilogic; '': any. */
  readonly model: string;
}

export interface DescribedDrive extends DescribedDevice {
  readonly media: 'disk' | 'cdrom' | 'floppy';
  /** The file that it is in; undefined: it has no medium. */
  readonly file: string | undefined;
  /** The bus, the model of its controller, and its place there. `model` is the controller's. */
  readonly bus: 'ide' | 'scsi' | 'sata' | 'floppy' | 'other';
  /** The place of the controller among those of its bus. */
  readonly channel: number;
  readonly unit: number;
}

/** An error whose words are the descriptor's in part. */
const refusal = (problem: string): ConfigurationError => new ConfigurationError(printable(problem));

/** Resource types of CIM_ResourceAllocationSettingData. */
const Resource = {
  processor: 3,
  memory: 4,
  ide: 5,
  scsi: 6,
  card: 10,
  floppy: 14,
  cdrom: 15,
  dvd: 16,
  disk: 17,
  otherStorage: 20,
  sound: 35,
} as const;

const controllers: Readonly<Record<number, DescribedDrive['bus']>> = {
  [Resource.ide]: 'ide',
  [Resource.scsi]: 'scsi',
  [Resource.otherStorage]: 'sata',
};
const media: Readonly<Record<number, DescribedDrive['media']>> = {
  [Resource.floppy]: 'floppy',
  [Resource.cdrom]: 'cdrom',
  [Resource.dvd]: 'cdrom',
  [Resource.disk]: 'disk',
};

/** Items of a machine at most: more are a mistake, and each drive looks at all of them. */
const MOST_ITEMS = 1000;

/** An item of the hardware section. */
interface Item {
  readonly id: string;
  readonly type: number;
  readonly element: Element;
}

/**
 * Reads a descriptor.
 * @throws ConfigurationError for what is none, or describes what cannot be opened
 */
export function readDescriptor(text: string, name: string): ApplianceDescription {
  const [envelope] = readXml(text, name).all('Envelope');
  const systems = envelope?.anywhere('VirtualSystem') ?? [];
  if (envelope === undefined || systems.length === 0)
    throw refusal(`${name} describes no machine: it has no VirtualSystem`);
  if (systems.length > 1) throw refusal(`${name} describes ${systems.length} machines; appliances of one can be run`);
  const [system] = systems as [Element];
  const items = itemsOf(system);
  if (items.length > MOST_ITEMS) throw refusal(`${name} describes more than ${MOST_ITEMS} devices`);
  const ofType = (type: number) => items.filter((item) => item.type === type);
  const devices = (type: number) => ofType(type).map(({ element }) => deviceOf(element));
  const [memory] = ofType(Resource.memory);
  const processors = ofType(Resource.processor).map(({ element }) => Number(element.text('VirtualQuantity')) || 1);
  return {
    name: system.text('Name') || system.attribute('id') || name,
    memory: memory && bytesOf(memory.element),
    processors: processors.reduce((sum, count) => sum + count, 0) || 1,
    drives: drivesOf(envelope, items, name),
    cards: devices(Resource.card),
    sound: devices(Resource.sound),
    firmware: firmwareOf(system),
  };
}

/** The items of the first hardware section, with the forms that version 2 has for some of them. */
function itemsOf(system: Element): Item[] {
  const [hardware] = system.all('VirtualHardwareSection');
  return (hardware?.all('Item', 'StorageItem', 'EthernetPortItem') ?? []).map((element) => ({
    id: element.text('InstanceID'),
    type: Number(element.text('ResourceType')),
    element,
  }));
}

function deviceOf(element: Element): DescribedDevice {
  return { name: element.text('ElementName'), model: element.text('ResourceSubType') };
}

/** Words for units of memory, as powers of 2. */
const units = new Map([
  ['kilobytes', 10],
  ['megabytes', 20],
  ['gigabytes', 30],
]);

/** Bytes of memory, or what is not understood: a quantity of units, which are "byte * 2^20" or words of the format's first version. */
function bytesOf(element: Element): number | string {
  const unit = element.text('AllocationUnits') || 'byte * 2^20';
  const [, base = '', exponent = ''] = /^bytes?(?: *\* *(\d+) *\^ *(\d+))?$/i.exec(unit) ?? [];
  const power = units.get(unit.toLowerCase());
  const unitBytes = power === undefined ? Number(base || 1) ** Number(exponent || 1) : 2 ** power;
  const quantity = element.text('VirtualQuantity');
  if (power === undefined && !/^bytes?\b/i.test(unit)) return `${quantity} ${unit}`;
  const bytes = Number(quantity) * unitBytes;
  return bytes > 0 ? bytes : `${quantity} ${unit}`;
}

/** VMware's and VirtualBox' words for firmware other than a BIOS. */
function firmwareOf(system: Element): string {
  const config = system.anywhere('Config').find((element) => element.attribute('key') === 'firmware');
  const [own] = system.anywhere('Firmware');
  const firmware = config?.attribute('value') ?? own?.attribute('type') ?? '';
  return /^bios$/i.test(firmware) ? '' : firmware;
}

function drivesOf(envelope: Element, items: readonly Item[], name: string): DescribedDrive[] {
  const files = filesOf(envelope, name);
  const drives = items.flatMap(({ type, element }): DescribedDrive[] => {
    const medium = media[type];
    if (medium === undefined) return [];
    const parent = element.text('Parent');
    const controller = items.find(({ id }) => id === parent);
    const bus = medium === 'floppy' ? 'floppy' : (controllers[controller?.type ?? 0] ?? 'other');
    const alike = items.filter((item) => controllers[item.type] === bus);
    return [
      {
        ...{ name: element.text('ElementName'), model: controller?.element.text('ResourceSubType') ?? '' },
        ...{ media: medium, bus, file: files(element.text('HostResource'), medium) },
        channel: Math.max(0, controller === undefined ? 0 : placeOf(controller, alike)),
        unit: Number(element.text('AddressOnParent')) || 0,
      },
    ];
  });
  return drives.sort((a, b) => a.channel - b.channel || a.unit - b.unit);
}

/** The number of a controller among those of its kind: its address where that says so. */
function placeOf(controller: Item, alike: readonly Item[]): number {
  const address = controller.element.text('Address');
  return /^\d$/.test(address) ? Number(address) : alike.indexOf(controller);
}

/** Finds the file of a host resource: `ovf:/disk/ID` or `ovf:/file/ID`. Drives with media that can be changed may have none. */
function filesOf(
  envelope: Element,
  name: string,
): (resource: string, medium: DescribedDrive['media']) => string | undefined {
  const byId = (elements: readonly Element[], key: string) =>
    new Map(elements.map((element) => [element.attribute(key), element]));
  const references = envelope.all('References').flatMap((section) => section.all('File'));
  const files = byId(references, 'id');
  const disks = byId(
    envelope.all('DiskSection').flatMap((section) => section.all('Disk')),
    'diskId',
  );
  return (resource, medium) => {
    const [, kind, id = ''] = /^(?:ovf:)?\/(disk|file)\/(.+)$/.exec(resource) ?? [];
    if (kind === undefined && medium !== 'disk') return undefined;
    if (kind === undefined)
      throw new ConfigurationError(
        `${name}: a hard disk has '${resource}' for its image; ovf:/disk/ID and ovf:/file/ID are understood`,
      );
    const disk = kind === 'disk' ? disks.get(id) : undefined;
    const file = files.get(kind === 'disk' ? (disk?.attribute('fileRef') ?? '') : id);
    if (file === undefined)
      throw refusal(`${name}: the disk '${id}' has no file; appliances with empty disks cannot be run`);
    if (disk?.attribute('parentRef'))
      throw refusal(`${name}: the disk '${id}' holds changes of another one, which is not supported`);
    if (file.attribute('compression') !== '' && file.attribute('compression') !== 'identity')
      throw refusal(
        `${name}: ${file.attribute('href')} is compressed (${file.attribute('compression')}); unpack it, and give it by -hda`,
      );
    if (file.attribute('chunkSize') !== '')
      throw refusal(`${name}: ${file.attribute('href')} is in several parts; join them, and give it by -hda`);
    return file.attribute('href');
  };
}

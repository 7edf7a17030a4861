import { BlockNodes, formatOf } from './block-nodes.ts';
import { deviceOptionsText } from './device-properties.ts';
import { driveBus, findDriveOfDevice } from './drives/attachment.ts';
import { isIdentifier } from './drives/options.ts';
import { ConfigurationError } from './errors.ts';
import { pciProperties, pluggablePci, plugPci } from './hot-plug-pci.ts';
import type { Machine } from './machine.ts';
import { pluggablePciModels } from './pci-devices.ts';
import { PCI_BUS } from './pci-slots.ts';
import type { UsbInputOptions } from './usb.ts';
import type { UsbDiskOptions } from './usb-ports.ts';
import { waitingNode } from './waiting-node.ts';

/** Where a device is plugged in. The USB and the PCI bus take devices while the machine runs. */
type Bus = 'isa' | 'ide' | 'floppy-bus' | 'pci' | 'usb-bus' | 'virtio-serial' | 'none';

/** Devices by the names that QEMU has for them. */
const buses: Readonly<Record<Bus, readonly string[]>> = {
  isa: ['isa-debug-exit', 'isa-debugcon', 'pc-testdev', 'ne2k_isa', 'sb16', 'adlib', 'isa-serial', 'isa-parallel'],
  ide: ['ide-hd', 'ide-cd'],
  'floppy-bus': ['floppy'],
  pci: [
    ...['rtl8139', 'ne2k_pci', 'e1000', 'e1000-82540em', 'pcnet', 'AC97', 'ac97', 'edu'],
    ...['piix3-usb-uhci', 'ahci', 'ich9-ahci', 'nvme'],
    ...['qemu-xhci', 'nec-usb-xhci', 'usb-ehci'],
    ...['blk', 'net', 'balloon', 'serial', 'rng', '9p'].flatMap((name) => [`virtio-${name}-pci`, `virtio-${name}`]),
  ],
  'usb-bus': ['usb-kbd', 'usb-mouse', 'usb-tablet', 'usb-storage'],
  'virtio-serial': ['virtconsole', 'virtserialport'],
  none: ['VGA', 'cirrus-vga', 'piix3-ide', 'PIIX3', 'i440FX'],
};

const MOST_ON_CHANNEL = 2;

/** The kind of bus that a device is on. */
function busOf(model: string): Bus | undefined {
  return (Object.keys(buses) as Bus[]).find((bus) => buses[bus].includes(model));
}

/** What QEMU calls the bus that a device is on, where there is one of its kind. */
export function busName(model: string): string | undefined {
  const bus = busOf(model);
  if (bus === undefined || bus === 'none' || bus === 'ide') return undefined;
  return `${bus === 'virtio-serial' ? 'virtio-serial0' : bus}.0`;
}

/** Properties of a device as they were said; the driver is one of them. */
export type DeviceProperties = Readonly<Record<string, string>>;

/** What the devices that can be plugged in are, by QEMU's names. */
const pluggable: Readonly<
  Record<
    string,
    { readonly device: (UsbInputOptions | UsbDiskOptions)['device']; readonly properties: readonly string[] }
  >
> = {
  'usb-kbd': { device: 'keyboard', properties: [] },
  'usb-mouse': { device: 'mouse', properties: [] },
  'usb-tablet': { device: 'tablet', properties: [] },
  'usb-storage': { device: 'disk', properties: ['drive', 'serial'] },
};

/**
 * What `device_add help` and `device_add MODEL,help` list, in QEMU's form; undefined: no help is asked for.
 * @throws ConfigurationError for a device that cannot be plugged in
 */
export function deviceHelp(machine: Machine, { driver = '', ...given }: DeviceProperties): string | undefined {
  const asksForHelp = (word: string) => word === 'help' || word === '?';
  if (asksForHelp(driver))
    return [...Object.keys(pluggable), ...pluggablePciModels]
      .map((model) => `name "${model}", bus ${busOf(model)}\n`)
      .join('');
  if (!Object.keys(given).some(asksForHelp)) return undefined;
  const pciModel = pluggablePci(driver);
  const properties = pciModel
    ? pciProperties(pciModel)
    : pluggable[driver] && ['port', ...pluggable[driver].properties];
  if (properties === undefined) throw new ConfigurationError(plugProblem(machine, driver));
  return deviceOptionsText(driver, Object.fromEntries(properties.map((name) => [name, ''])));
}

/**
 * Plugs a device into a machine, as `device_add` says it.
 * @param takenIds of devices that stay
 * @throws ConfigurationError in QEMU's words (softmmu/qdev-monitor.c, hw/usb/bus.c)
 */
export async function plugDevice(
  machine: Machine,
  { driver, ...given }: DeviceProperties,
  takenIds: readonly string[] = [],
): Promise<void> {
  if (driver === undefined || driver === '') throw new ConfigurationError("Parameter 'driver' is missing");
  const { id, bus, port, drive, serial } = given;
  if (id !== undefined && !isIdentifier(id)) throw new ConfigurationError("Parameter 'id' expects an identifier");
  if (id !== undefined && takenIds.includes(id)) throw new ConfigurationError(`Duplicate device ID '${id}'`);
  const pciModel = pluggablePci(driver);
  if (pciModel !== undefined) return await plugPci(machine, pciModel, given);
  const model = pluggable[driver];
  if (model === undefined || !machine.usb.isThere) throw new ConfigurationError(plugProblem(machine, driver));
  const names = machine.usb.buses.map(({ name }) => name);
  if (bus !== undefined && !names.includes(bus)) throw new ConfigurationError(`Bus '${bus}' not found`);
  const unknown = Object.keys(given).find((name) => !['id', 'bus', 'port', ...model.properties].includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`Property '${driver}.${unknown}' not found`);
  const place = {
    ...(id !== undefined && { id }),
    ...(bus !== undefined && { bus }),
    ...(port !== undefined && { port: portOf(port, bus ?? names.at(-1)!) }),
  };
  if (model.device !== 'disk') await machine.usb.plug({ device: model.device, ...place });
  else await plugDisk(machine, { ...place, drive, serial });
}

/** One that is no number is not there. */
function portOf(port: string, bus: string): number {
  if (/^\d+$/.test(port)) return Number(port);
  throw new ConfigurationError(`usb port ${port} (bus ${bus}) not found (in use?)`);
}

async function plugDisk(
  machine: Machine,
  {
    drive,
    serial,
    ...place
  }: Pick<UsbDiskOptions, 'id' | 'bus' | 'port' | 'drive' | 'serial'> & Record<string, unknown>,
): Promise<void> {
  const nodes = BlockNodes.of(machine);
  if (drive === undefined) throw new ConfigurationError('drive property not set');
  const node = waitingNode(machine, 'usb-storage', drive);
  const { snapshot = false, serial: own } = node.drive ?? {};
  const told = serial ?? own;
  const { drive: name } = await machine.usb.plug({
    ...{ ...place, device: 'disk', image: node.image, ...formatOf(node), readOnly: node.isReadOnly, snapshot },
    ...(node.drive && { drive: node.name }),
    ...(told !== undefined && { serial: told }),
  });
  nodes.insert(name!, node);
}

/**
 * Pulls a device out, as `device_del` says it. False: there is none such.
 * @throws ConfigurationError for one that cannot be pulled out
 */
export async function unplugDevice(machine: Machine, id: string): Promise<boolean> {
  const name = id.replace(/^\/machine\/peripheral(-anon)?\//, '');
  const drive = findDriveOfDevice(machine.drives, name)?.name;
  const device = machine.usb.devices.find((one) => one.id === name || (drive !== undefined && one.drive === drive));
  const pciDevice = machine.pci.find(name) ?? (drive === undefined ? undefined : machine.pci.find(drive));
  const problem = (device ?? pciDevice) ? undefined : unplugProblem(machine, name);
  if (problem !== undefined) throw new ConfigurationError(problem);
  if (device) await machine.usb.unplug(device.id);
  else if (pciDevice) await machine.pci.unplug(pciDevice.id);
  return device !== undefined || pciDevice !== undefined;
}

/** Why a device cannot be plugged into a machine that runs, in QEMU's words (softmmu/qdev-monitor.c). */
export function plugProblem({ drives, virtioPorts }: Pick<Machine, 'drives' | 'virtioPorts'>, model: string): string {
  const bus = busOf(model);
  if (bus === undefined) return `'${model}' is not a valid device model name`;
  if (bus === 'none') return "Parameter 'driver' expects a pluggable device type";
  if (bus === 'pci')
    return `'${model}' cannot be plugged into '${PCI_BUS}' while the machine runs; give it when the machine is made (-device)`;
  if (bus === 'usb-bus') return `No 'usb-bus' bus found for device '${model}'`;
  if (bus === 'virtio-serial' && virtioPorts.length === 0)
    return `No 'virtio-serial-bus' bus found for device '${model}'`;
  if (bus !== 'ide') return `Bus '${busName(model)}' does not support hotplugging`;
  const channel = ['1', '0'].find(
    (one) => drives.filter(({ place }) => driveBus(place) === `ide.${one}`).length < MOST_ON_CHANNEL,
  );
  if (channel === undefined) return `No 'IDE' bus found for device '${model}'`;
  return `Bus 'ide.${channel}' does not support hotplugging`;
}

/** Why a device cannot be pulled out of it; undefined: there is no such device. */
function unplugProblem({ drives, network }: Pick<Machine, 'drives' | 'network'>, id: string): string | undefined {
  const drive = findDriveOfDevice(drives, id);
  const card = network.find(({ name }) => name === id);
  if (card) return "Bus 'isa.0' does not support hotplugging";
  // A flash chip is on no bus: there is no such device, as in QEMU.
  const bus = drive && driveBus(drive.place);
  return bus && `Bus '${bus}' does not support hotplugging`;
}

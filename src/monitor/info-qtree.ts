import { scsiControllers } from '../../runtime/machine/catalogue/scsi.ts';
import { driveBus } from '../drives/attachment.ts';
import type { Drive } from '../drives/drive.ts';
import type { Machine } from '../machine/machine.ts';
import { barIndex, pciHeaderOf } from '../machine/pci-header.ts';
import { pciIds } from '../machine/pci-ids.ts';
import type { BaseAddressView, PciFunctionView, RangeView, UsbBusView } from '../machine-core.ts';
import type { CommandContext } from './command.ts';
import { barEnds, pciClassText, pciHexadecimal, sortedBars } from './pci-text.ts';

/** A device with its properties, and the buses behind it. */
interface Device {
  readonly name: string;
  readonly id?: string | undefined;
  readonly properties: readonly string[];
  readonly buses: readonly Bus[];
}

interface Bus {
  readonly name: string;
  readonly type: string;
  readonly devices: readonly Device[];
}

/** Base class and sub-class (PCI Local Bus Specification 2.2, appendix D) of functions with a bus behind them. */
const PciClass = { ide: 0x0101, sata: 0x0106, isa: 0x0601, usb: 0x0c03 } as const;
/** Ports at fixed places that are not behind the ISA bridge, by the first word of their names. */
const notIsa = /^(pci|ide\d|vga)\b/;

/** The machine's parts that the tree of buses is made from. */
interface Parts {
  readonly machine: Machine;
  /** Ports that no base address register moves. */
  readonly ports: readonly RangeView[];
  readonly usbBuses: readonly UsbBusView[];
  /** Names of the SCSI controllers' functions. */
  readonly scsi: readonly string[];
  /** By slots of the PCI bus. */
  readonly ids: ReadonlyMap<number, string>;
}

/** The machine's buses with their devices, as QEMU's `info qtree` shows them; names of devices are those of this machine. */
export async function infoQtree({ machine }: CommandContext): Promise<string> {
  const functions = await machine.examine('pciFunctions');
  const ports = (await machine.examine('portMap')).filter((range) => isFixed(range, functions));
  const usbBuses = await machine.examine('usbBuses');
  const scsi = functions.map(({ name }) => name).filter(isScsi);
  const parts = { machine, ports, usbBuses, scsi, ids: await pciIds(machine) };
  const devices = functions.map((view) => pciDevice(view, parts));
  const host: Device = { name: 'pci host', properties: [], buses: [{ name: 'pci.0', type: 'PCI', devices }] };
  return busText({ name: 'main-system-bus', type: 'System', devices: [host] }, '');
}

function isFixed({ name, base }: RangeView, functions: readonly PciFunctionView[]): boolean {
  const moved = functions.flatMap(({ bars }) => bars.filter(({ space }) => space === 'io'));
  return !notIsa.test(name) && !moved.some((bar) => bar.base !== 0 && base >= bar.base && base < bar.base + bar.size);
}

function pciDevice(view: PciFunctionView, parts: Parts): Device {
  const { name, number } = view;
  const header = pciHeaderOf(view);
  const { vendor, device, subsystemVendor, subsystem } = header;
  const place = `${String(number >> 3).padStart(2, '0')}.${number & 7}`;
  const [ids, sub] = [
    [vendor, device],
    [subsystemVendor, subsystem],
  ].map((pair) => pair.map(pciHexadecimal).join(':'));
  const what = `class ${pciClassText(header)}, addr 00:${place}, pci id ${ids} (sub ${sub})`;
  const properties = [...connections(name, parts.machine), `addr = ${place}`, what, ...sortedBars(view).map(barText)];
  return { name, id: parts.ids.get(number >> 3), properties, buses: busesOf(view, header.classCode, parts) };
}

const isScsi = (name: string): boolean => Object.values(scsiControllers).some(({ slot }) => firstWord(name) === slot);

/** The name of a function begins with that of its drive or card. */
const firstWord = (name: string): string => name.split(' ')[0];

function driveOf(name: string, { drives }: Machine): Drive | undefined {
  return drives.find((one) => one.name === firstWord(name));
}

function connections(name: string, machine: Machine): string[] {
  const card = machine.network.find((one) => one.name === firstWord(name));
  if (card) return [`mac = "${card.mac}"`, `netdev = "${card.networkName}"`];
  const drive = driveOf(name, machine);
  return drive ? [driveText(drive)] : [];
}

const driveText = ({ label }: Drive): string => `drive = "${label}"`;

function barText(bar: BaseAddressView): string {
  const [first, last] = barEnds(bar).map((address) => `0x${address.toString(16)}`);
  return `bar ${barIndex(bar)}: ${bar.space === 'io' ? 'i/o' : 'mem'} at ${first} [${last}]`;
}

function busesOf({ name: of }: PciFunctionView, classCode: number, { machine, ports, usbBuses, scsi }: Parts): Bus[] {
  const drives = (bus: string) => machine.drives.filter(({ place }) => driveBus(place) === bus).map(driveDevice);
  if (classCode === PciClass.ide || classCode === PciClass.sata)
    return (classCode === PciClass.ide ? ideBuses : sataBuses).map((name) => ({
      ...{ name, type: 'IDE', devices: drives(name) },
    }));
  if (isScsi(of)) {
    const name = `scsi.${scsi.indexOf(of)}`;
    return [{ name, type: 'SCSI', devices: drives(name) }];
  }
  if (classCode === PciClass.usb) {
    const its = usbBuses.filter(({ controller }) => of.startsWith(controller));
    return its.map(({ name, devices }) => ({
      ...{ name, type: 'usb-bus' },
      devices: devices.map((device) => usbDevice(device.name, machine)),
    }));
  }
  if (classCode !== PciClass.isa) return [];
  const ranges = [...Map.groupBy(ports, ({ name }) => name)];
  return [
    { name: 'isa.0', type: 'ISA', devices: ranges.map(([name, its]) => isaDevice(name, its, drives(FLOPPY_BUS))) },
  ];
}

const FLOPPY_BUS = 'floppy-bus.0';
const ideBuses = ['ide.0', 'ide.1'];
/** A bus with one place for each port of the controller; QEMU has the last one first. */
const sataBuses = [0, 1, 2, 3, 4, 5].map((port) => `ahci.${port}`);

function usbDevice(name: string, { drives }: Machine): Device {
  const drive = drives.find((one) => one.name === name);
  return drive ? driveDevice(drive) : { name, properties: [], buses: [] };
}

function driveDevice(drive: Drive): Device {
  const { interface: kind, media } = drive.place;
  const isAta = kind === 'ide' || kind === 'sata';
  const name = isAta || kind === 'scsi' ? `${isAta ? 'ide' : kind}-${media === 'cdrom' ? 'cd' : 'hd'}` : kind;
  return { name, id: drive.device, properties: [driveText(drive)], buses: [] };
}

function isaDevice(name: string, ranges: readonly RangeView[], floppies: readonly Device[]): Device {
  const properties = ranges.map(({ base }) => `iobase = ${base} (0x${base.toString(16)})`);
  const buses = name === 'floppy' ? [{ name: FLOPPY_BUS, type: 'floppy-bus', devices: floppies }] : [];
  return { name, properties, buses };
}

function busText({ name, type, devices }: Bus, before: string): string {
  const texts = devices.map((device) => deviceText(device, `${before}  `));
  return `${before}bus: ${name}\n${before}  type ${type}\n${texts.join('')}`;
}

function deviceText({ name, id = '', properties, buses }: Device, before: string): string {
  const lines = properties.map((property) => `${before}  ${property}\n`);
  return `${before}dev: ${name}, id "${id}"\n${lines.join('')}${buses.map((bus) => busText(bus, `${before}  `)).join('')}`;
}

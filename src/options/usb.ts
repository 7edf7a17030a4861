import {
  type UsbControllerModel,
  type UsbInput,
  usbControllerModels,
  usbControllers,
  usbInputNames,
  usbInputs,
} from '../../runtime/machine/catalogue/usb.ts';
import {
  placeUsb,
  type UsbBusPlan,
  type UsbControllerConfig,
  type UsbPort,
  usbBusesOf,
} from '../../runtime/machine/usb-plan.ts';
import { type DrivePlan, driveName, isIdentifier } from '../drives/options.ts';
import { checkedInteger, checkedOneOf, checkedSome, checkNames, shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import type { MachineOptions } from './options.ts';

/** Ports that a controller can have. There are no hubs. */
const MOST_PORTS = Math.max(...Object.values(usbControllers).map(({ ports }) => ports));

/** A keyboard, mouse or tablet on the USB, of which more is told than what it is. */
export interface UsbInputOptions {
  /** The kind of device. */
  readonly device: UsbInput;
  /** The name by which it is pulled out, letters, digits, `-`, `.` and `_` after a letter. Default: "usb-tablet", "usb-mouse" or "usb-kbd". */
  readonly id?: string;
  /**
   * The bus that it is on: "xhci.0" of a controller with the id "xhci", "usb-bus.0", "usb-bus.1" and so on of those without one. Default: that of the
   * last controller.
   */
  readonly bus?: string;
  /** Its port of the controller, from 1. Default: the next free one. */
  readonly port?: number;
}

/** A device that is plugged in. */
export interface UsbPlace extends UsbPort {
  /** Name of its state. */
  readonly name: string;
  readonly id: string;
  readonly device: UsbInput | 'disk';
}

/** The options of an input device that may be given by its kind alone. */
export const usbInputOf = (usb: UsbInput | UsbInputOptions): UsbInputOptions =>
  typeof usb === 'string' ? { device: usb } : usb;

/** @throws ConfigurationError */
export function checkedUsbControllers(controllers: readonly UsbControllerConfig[]): readonly UsbControllerConfig[] {
  if (!Array.isArray(controllers))
    throw new ConfigurationError(`usbControllers is ${shown(controllers)}; it must be an array`);
  const kinds: string[] = [];
  for (const [n, controller] of controllers.entries()) {
    atOption(n, () => {
      const kind = checkedController(`usbControllers[${n}]`, controller);
      if (kinds.includes(kind))
        throw new ConfigurationError(`there can be one ${kind} controller; give each kind once`, 'model');
      kinds.push(kind);
    });
  }
  const ids = controllers.flatMap(({ id }) => id ?? []);
  const twice = ids.find((id, n) => ids.indexOf(id) < n);
  if (twice !== undefined)
    throw new ConfigurationError(`two USB controllers have the id '${twice}'; give each its own`);
  return controllers;
}

/** Checks a controller by itself, and gives its kind. */
function checkedController(where: string, controller: UsbControllerConfig): string {
  checkNames(where, controller, ['model', 'id']);
  const model: UsbControllerModel = atOption('model', () =>
    checkedOneOf('USB controller', controller.model, usbControllerModels),
  );
  if (controller.id !== undefined) checkId(where, controller.id);
  return usbControllers[model].kind;
}

function checkId(where: string, id: unknown): void {
  if (!isIdentifier(id))
    throw new ConfigurationError(
      `${where}.id must be a letter and then letters, digits, "-", "." and "_", not ${shown(id)}`,
      'id',
    );
}

/** @throws ConfigurationError */
export function checkedUsb(inputs: readonly (UsbInput | UsbInputOptions)[]): readonly UsbInput[] {
  if (!Array.isArray(inputs)) throw new ConfigurationError(`usb is ${shown(inputs)}; it must be an array`);
  for (const [n, input] of inputs.entries()) if (isObject(input)) atOption(n, () => checkInput(`usb[${n}]`, input));
  const devices = inputs.map((input) => (isObject(input) ? input.device : input));
  checkedSome('usb', 'USB device', devices, usbInputs);
  const twice = devices.find((input, n) => devices.indexOf(input) < n);
  if (twice !== undefined) throw new ConfigurationError(`there can be one USB ${twice}; give each device once`);
  return devices;
}

function isObject(input: UsbInput | UsbInputOptions): input is UsbInputOptions {
  return typeof input === 'object' && input !== null;
}

function checkInput(where: string, input: UsbInputOptions): void {
  checkNames(where, input, ['device', 'id', 'bus', 'port']);
  checkUsbPlace(where, input);
}

/** @throws ConfigurationError for what is no id, or no port of any controller */
export function checkUsbPlace(where: string, { id, port }: Pick<UsbInputOptions, 'id' | 'port'>): void {
  if (id !== undefined) checkId(where, id);
  if (port !== undefined) atOption('port', () => checkedInteger(`${where}.port`, port, 1, MOST_PORTS));
}

/** The buses of a machine with these options. */
export function usbBuses(
  { usb, usbControllers }: Pick<MachineOptions, 'usb' | 'usbControllers'>,
  drives: readonly { readonly interface: string }[],
): UsbBusPlan[] {
  return usbBusesOf({ usb, usbControllers, drives });
}

type PlannedDisk = Pick<DrivePlan, 'name' | 'interface' | 'index' | 'bus' | 'port' | 'device'>;

/**
 * The devices that are plugged in at the start, by bus and port. Those that name theirs get it; the others have the next free
 * ones, inputs before disks.
 * @throws ConfigurationError for a bus that is not there, a port or an id that two have, and more devices than there are ports
 */
export function usbPlaces(
  options: Pick<MachineOptions, 'usb' | 'usbControllers'>,
  plans: readonly PlannedDisk[],
): UsbPlace[] {
  const { usb = [] } = options;
  const buses = usbBuses(options, plans);
  const inputs = usb.map(usbInputOf).map((input) => ({ ...input, name: usbInputNames[input.device] }));
  const disks = plans
    .filter((plan) => plan.interface === 'usb')
    .sort((a, b) => a.index - b.index)
    .map(({ name, device: id, bus, port }) => ({ name, device: 'disk' as const, id, bus, port }));
  const wanted = [...inputs, ...disks];
  for (const { name, bus } of wanted) checkBus(buses, name, bus);
  const places = placeUsb(buses, wanted);
  checkApart(places);
  for (const bus of buses)
    checkPorts(
      bus,
      places.filter((place) => place.bus === bus.name),
    );
  const named = places.map(({ name, id = name, device, bus, port }) => ({ name, id, device, bus, port }));
  checkIds(named);
  checkOtherDevices(named, plans);
  return sortedPlaces(buses, named);
}

/** By the order of buses, and by port. */
export function sortedPlaces(buses: readonly UsbBusPlan[], places: readonly UsbPlace[]): UsbPlace[] {
  const numberOf = ({ bus }: UsbPlace) => buses.findIndex(({ name }) => name === bus);
  return places.toSorted((a, b) => numberOf(a) - numberOf(b) || a.port - b.port);
}

function checkBus(buses: readonly UsbBusPlan[], device: string, bus: string | undefined): void {
  if (bus === undefined || buses.some(({ name }) => name === bus)) return;
  const names = buses.map(({ name }) => name);
  throw new ConfigurationError(`there is no bus ${shown(bus)} for ${device}; give ${names.join(' or ')}, or none`);
}

function checkApart(places: readonly (UsbPort & { readonly name: string })[]): void {
  for (const [n, { name, bus, port }] of places.entries()) {
    const other = places.slice(0, n).find((one) => one.bus === bus && one.port === port);
    if (other)
      throw new ConfigurationError(`${other.name} and ${name} both are in USB port ${port}; give one another port`);
  }
}

function checkPorts({ model, name: bus }: UsbBusPlan, places: readonly (UsbPort & { readonly name: string })[]): void {
  const { ports, kind } = usbControllers[model];
  const hint = kind === 'UHCI' ? ', or add one with more (qemu-xhci)' : '';
  if (places.length > ports)
    throw new ConfigurationError(
      `the USB controller (${kind}) has ${ports} ports, and ${places.length} devices are to be plugged in; give it fewer${hint}`,
    );
  const outside = places.find(({ port }) => port > ports);
  if (outside)
    throw new ConfigurationError(
      `${outside.name} is to be in port ${outside.port} of ${bus} (${kind}), which has ${ports}; give it one from 1 to ${ports}`,
    );
}

function checkIds(places: readonly UsbPlace[]): void {
  const twice = places.find(({ id }, n) => places.findIndex((other) => other.id === id || other.name === id) < n);
  if (twice) throw new ConfigurationError(`two USB devices have the id '${twice.id}'; give each its own`);
}

/** @throws ConfigurationError for the id of a disk that is not on the USB */
function checkOtherDevices(places: readonly UsbPlace[], plans: readonly PlannedDisk[]): void {
  const others = plans.flatMap((plan) => (plan.interface === 'usb' || plan.device === undefined ? [] : plan.device));
  const twice = places.find(({ id }) => others.includes(id));
  if (twice) throw new ConfigurationError(`two devices have the id '${twice.id}'; give each its own`);
}

/** The places of these devices, as the machine gets them. */
export function portsOf(places: readonly UsbPlace[]): Readonly<Record<string, UsbPort>> {
  return Object.fromEntries(places.map(({ name, bus, port }) => [name, { bus, port }]));
}

/** The plugged-in devices of a saved machine, as messages name them. */
export function pluggedText({ drives = [], ...options }: MachineOptions): string {
  const disks = drives.flatMap((drive) =>
    typeof drive === 'string' || drive.interface !== 'usb'
      ? []
      : [{ ...drive, interface: 'usb' as const, name: driveName(drive), index: drive.index ?? 0 }],
  );
  const hasOthers = usbBuses(options, disks).length > 1;
  const ports = usbPlaces(options, disks).map(
    ({ name, bus, port }) => `${name} in port ${port}${hasOthers ? ` of ${bus}` : ''}`,
  );
  return ports.length === 0 ? 'nothing' : ports.join(' and ');
}

/** The inputs among them as options. */
export function usbOptions(places: readonly UsbPlace[]): UsbInputOptions[] {
  return places.flatMap(({ name, id, device, bus, port }) =>
    device === 'disk' ? [] : [{ device, bus, port, ...(id !== name && { id }) }],
  );
}

import { PORTS as USB_PORTS } from '../runtime/devices/uhci/registers.ts';
import { type UsbInput, usbInputs } from '../runtime/machine/models.ts';
import { usbInputPorts } from '../runtime/machine/resources.ts';
import { type DrivePlan, driveName, isIdentifier } from './drives/options.ts';
import { ConfigurationError } from './errors.ts';
import { checkedInteger, checkedSome, checkNames, shown } from './option-checks.ts';
import type { MachineOptions } from './options.ts';

/** A keyboard, mouse or tablet on the USB, of which more is told than what it is. */
export interface UsbInputOptions {
  /** What it is. */
  readonly device: UsbInput;
  /** The name by which it is pulled out, letters, digits, `-`, `.` and `_` after a letter. Default: "usb-tablet", "usb-mouse" or "usb-kbd". */
  readonly id?: string;
  /** Its port of the controller, 1 or 2. Default: the next free one. */
  readonly port?: number;
}

/** A device that is plugged in. */
export interface UsbPlace {
  /** Of its state. */
  readonly name: string;
  readonly id: string;
  readonly device: UsbInput | 'disk';
  readonly port: number;
}

const optionOf = (usb: UsbInput | UsbInputOptions): UsbInputOptions =>
  typeof usb === 'string' ? { device: usb } : usb;

/** @throws ConfigurationError */
export function checkedUsb(inputs: readonly (UsbInput | UsbInputOptions)[], disks: number): readonly UsbInput[] {
  if (!Array.isArray(inputs)) throw new ConfigurationError(`usb is ${shown(inputs)}; it must be an array`);
  for (const [n, input] of inputs.entries()) if (isObject(input)) checkInput(`usb[${n}]`, input);
  const devices = inputs.map((input) => (isObject(input) ? input.device : input));
  checkedSome('usb', 'USB device', devices, usbInputs);
  const twice = devices.find((input, n) => devices.indexOf(input) < n);
  if (twice !== undefined) throw new ConfigurationError(`there can be one USB ${twice}; give each device once`);
  checkUsbPorts(inputs.length + disks);
  return devices;
}

function isObject(input: UsbInput | UsbInputOptions): input is UsbInputOptions {
  return typeof input === 'object' && input !== null;
}

function checkInput(where: string, input: UsbInputOptions): void {
  checkNames(where, input, ['device', 'id', 'port']);
  checkUsbPlace(where, input);
}

/** @throws ConfigurationError for what is no id, or no port */
export function checkUsbPlace(where: string, { id, port }: Pick<UsbInputOptions, 'id' | 'port'>): void {
  if (id !== undefined && !isIdentifier(id))
    throw new ConfigurationError(
      `${where}.id must be a letter and then letters, digits, "-", "." and "_", not ${shown(id)}`,
    );
  if (port !== undefined) checkedInteger(`${where}.port`, port, 1, USB_PORTS);
}

/** @throws ConfigurationError for more devices than there are ports */
function checkUsbPorts(count: number): void {
  if (count <= USB_PORTS) return;
  throw new ConfigurationError(
    `the USB controller has ${USB_PORTS} ports, and ${count} devices are to be plugged in; give it fewer`,
  );
}

/** Disks that are to be plugged in; what is no list of drives is told elsewhere. */
export function usbDisks(drives: MachineOptions['drives'] = []): number {
  return Array.isArray(drives) ? drives.filter((drive) => drive?.interface === 'usb').length : 0;
}

/**
 * What is plugged in at the start, by port. Those that name theirs get it; the others have the next free ones, inputs before disks.
 * @throws ConfigurationError for a port or an id that two have
 */
export function usbPlaces(
  usb: MachineOptions['usb'] = [],
  plans: readonly Pick<DrivePlan, 'name' | 'interface' | 'index' | 'port' | 'device'>[],
): UsbPlace[] {
  const inputs = usb.map(optionOf).map(({ device, id, port }) => ({ name: usbInputPorts[device], device, id, port }));
  const disks = plans
    .filter((plan) => plan.interface === 'usb')
    .sort((a, b) => a.index - b.index)
    .map(({ name, device: id, port }) => ({ name, device: 'disk' as const, id, port }));
  const all = [...inputs, ...disks];
  const taken = new Map<number, string>();
  for (const { name, port } of all) {
    if (port === undefined) continue;
    const other = taken.get(port);
    if (other) throw new ConfigurationError(`${other} and ${name} both are in USB port ${port}; give one another port`);
    taken.set(port, name);
  }
  checkUsbPorts(all.length);
  const places = all.map(({ id, port, ...one }) => ({
    ...one,
    id: id ?? one.name,
    port: port ?? nextFree(taken, one),
  }));
  checkIds(places);
  return places.sort((a, b) => a.port - b.port);
}

function nextFree(taken: Map<number, string>, { name }: { readonly name: string }): number {
  let port = 1;
  while (taken.has(port)) port++;
  taken.set(port, name);
  return port;
}

function checkIds(places: readonly UsbPlace[]): void {
  const twice = places.find(({ id }, n) => places.findIndex((other) => other.id === id || other.name === id) < n);
  if (twice) throw new ConfigurationError(`two USB devices have the id '${twice.id}'; give each its own`);
}

/** The ports that these have, as the machine is told of them. */
export function portsOf(places: readonly UsbPlace[]): Readonly<Record<string, number>> {
  return Object.fromEntries(places.map(({ name, port }) => [name, port]));
}

/** What is plugged in of a machine that is saved, as messages name it. */
export function pluggedText({ usb, drives = [] }: MachineOptions): string {
  const disks = drives.flatMap((drive) =>
    typeof drive === 'string' || drive.interface !== 'usb'
      ? []
      : [{ ...drive, interface: 'usb' as const, name: driveName(drive), index: drive.index ?? 0 }],
  );
  const ports = usbPlaces(usb, disks).map(({ name, port }) => `${name} in port ${port}`);
  return ports.length === 0 ? 'nothing' : ports.join(' and ');
}

/** The inputs among them as options. */
export function usbOptions(places: readonly UsbPlace[]): UsbInputOptions[] {
  return places.flatMap(({ name, id, device, port }) =>
    device === 'disk' ? [] : [{ device, port, ...(id !== name && { id }) }],
  );
}

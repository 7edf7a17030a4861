import { usbInputDevices, usbInputModels } from '../../runtime/machine/catalogue/usb.ts';
import type { Machine } from '../machine/machine.ts';
import type { UsbInputOptions } from '../options/usb.ts';
import { ConfigurationError } from '../util/errors.ts';
import { type DeviceProperties, plugProblem } from './device-buses.ts';
import { plugNamedDisk } from './named-disks.ts';
import type { UsbDiskOptions } from './usb-ports.ts';

/** Devices that can be plugged into the USB, by QEMU's names. */
const models: Readonly<Record<string, (UsbInputOptions | UsbDiskOptions)['device']>> = {
  ...Object.fromEntries(usbInputModels.toReversed().map((model) => [model, usbInputDevices[model].input])),
  'usb-storage': 'disk',
};

/** Their names. */
export const pluggableUsbModels: readonly string[] = Object.keys(models);

/** Properties that `device_add` accepts for a device. */
export function usbProperties(driver: string): readonly string[] {
  return ['id', 'bus', 'port', ...(models[driver] === 'disk' ? ['drive', 'serial'] : [])];
}

/**
 * Plugs a device into the USB, as `device_add` says it.
 * @throws ConfigurationError in QEMU's words (hw/usb/bus.c)
 */
export async function plugUsb(machine: Machine, driver: string, given: DeviceProperties): Promise<void> {
  if (!machine.usb.isThere) throw new ConfigurationError(plugProblem(machine, driver));
  const { id, bus, port } = given;
  const names = machine.usb.buses.map(({ name }) => name);
  if (bus !== undefined && !names.includes(bus)) throw new ConfigurationError(`Bus '${bus}' not found`);
  const unknown = Object.keys(given).find((name) => !usbProperties(driver).includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`Property '${driver}.${unknown}' not found`);
  const place = {
    ...(id !== undefined && { id }),
    ...(bus !== undefined && { bus }),
    ...(port !== undefined && { port: portOf(port, bus ?? names.at(-1)!) }),
  };
  const device = models[driver]!;
  if (device !== 'disk') await machine.usb.plug({ device, ...place });
  else await plugNamedDisk(machine, driver, given, (disk) => machine.usb.plug({ device, ...place, ...disk }));
}

/** One that is no number is not there. */
function portOf(port: string, bus: string): number {
  if (/^\d+$/.test(port)) return Number(port);
  throw new ConfigurationError(`usb port ${port} (bus ${bus}) not found (in use?)`);
}

import { pluggablePciModels } from '../../runtime/machine/catalogue/pluggable.ts';
import { findDriveOfDevice } from '../drives/attachment.ts';
import { isIdentifier } from '../drives/options.ts';
import type { Machine } from '../machine/machine.ts';
import { deviceOptionsText } from '../options/device-properties.ts';
import { ConfigurationError } from '../util/errors.ts';
import { pciProperties, pluggablePci, plugPci } from './device-add-pci.ts';
import { isProcessorType, plugProcessor, processorProperties } from './device-add-processor.ts';
import { pluggableUsbModels, plugUsb, usbProperties } from './device-add-usb.ts';
import { busOf, type DeviceProperties, plugProblem, unplugProblem } from './device-buses.ts';

/** A device that can be plugged in while the machine runs, as `device_add` says it. */
interface Pluggable {
  /** Names of the properties that it accepts. */
  readonly properties: readonly string[];
  plug(machine: Machine, given: DeviceProperties): Promise<void>;
}

/** The device of a name; undefined: it cannot be plugged in. */
function pluggable(driver: string): Pluggable | undefined {
  const pci = pluggablePci(driver);
  if (pci) return { properties: pciProperties(pci), plug: (machine, given) => plugPci(machine, pci, given) };
  if (isProcessorType(driver))
    return { properties: processorProperties, plug: (machine, given) => plugProcessor(machine, driver, given) };
  if (!pluggableUsbModels.includes(driver)) return undefined;
  return { properties: usbProperties(driver), plug: (machine, given) => plugUsb(machine, driver, given) };
}

/**
 * The lists of `device_add help` and `device_add MODEL,help`, in QEMU's form; undefined: no help is asked for.
 * @throws ConfigurationError for a device that cannot be plugged in
 */
export function deviceHelp(machine: Machine, { driver = '', ...given }: DeviceProperties): string | undefined {
  const asksForHelp = (word: string) => word === 'help' || word === '?';
  if (asksForHelp(driver))
    return [...pluggableUsbModels, ...pluggablePciModels]
      .map((model) => `name "${model}", bus ${busOf(model)}\n`)
      .join('');
  if (!Object.keys(given).some(asksForHelp)) return undefined;
  const device = pluggable(driver);
  if (device === undefined) throw new ConfigurationError(plugProblem(machine, driver));
  return deviceOptionsText(driver, Object.fromEntries(device.properties.map((name) => [name, ''])));
}

/**
 * Plugs a device into a machine, as `device_add` says it.
 * @param takenIds of devices that stay, and that the machine knows no ids of
 * @throws ConfigurationError in QEMU's words (softmmu/qdev-monitor.c)
 */
export async function plugDevice(
  machine: Machine,
  { driver, ...given }: DeviceProperties,
  takenIds: readonly string[] = [],
): Promise<void> {
  if (driver === undefined || driver === '') throw new ConfigurationError("Parameter 'driver' is missing");
  const { id } = given;
  if (id !== undefined && !isIdentifier(id)) throw new ConfigurationError("Parameter 'id' expects an identifier");
  if (id !== undefined && takenIds.includes(id)) throw new ConfigurationError(`Duplicate device ID '${id}'`);
  const device = pluggable(driver);
  if (device === undefined) throw new ConfigurationError(plugProblem(machine, driver));
  await device.plug(machine, given);
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
  const processor = machine.processorPlaces.find(name);
  const found = device ?? pciDevice ?? processor;
  const problem = found ? undefined : unplugProblem(machine, name);
  if (problem !== undefined) throw new ConfigurationError(problem);
  if (device) await machine.usb.unplug(device.id);
  else if (pciDevice) await machine.pci.unplug(pciDevice.id);
  else if (processor) await machine.processorPlaces.unplug(processor.id);
  return found !== undefined;
}

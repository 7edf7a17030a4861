import { deviceModel, deviceRows } from '../../runtime/machine/catalogue/index.ts';
import type { BusKind, DeviceRow } from '../../runtime/machine/catalogue/row.ts';
import { driveBus, findDriveOfDevice } from '../drives/attachment.ts';
import type { Machine } from '../machine/machine.ts';
import { PCI_BUS } from '../options/pci-slots.ts';

/** Properties of a device as they were said; the driver is one of them. */
export type DeviceProperties = Readonly<Record<string, string>>;

/** Parts of the chipset, which QEMU has as devices too. */
const chipset: readonly string[] = ['piix3-ide', 'PIIX3', 'i440FX'];

const MOST_ON_CHANNEL = 2;

function rowOf(name: string): DeviceRow | undefined {
  const model = deviceModel(name);
  return model === undefined ? undefined : deviceRows[model];
}

/** The kind of bus that a device of a name is on; undefined: there is no such device. */
export function busOf(name: string): BusKind | undefined {
  return chipset.includes(name) ? 'none' : rowOf(name)?.bus;
}

/** QEMU's name of the bus that a device is on, where there is one of its kind. */
export function busName(model: string): string | undefined {
  const bus = busOf(model);
  if (bus === undefined || bus === 'none' || bus === 'ide') return undefined;
  return `${bus === 'virtio-serial' ? 'virtio-serial0' : bus}.0`;
}

/** Why a device cannot be plugged into a machine that runs, in QEMU's words (softmmu/qdev-monitor.c). */
export function plugProblem({ drives, virtioPorts }: Pick<Machine, 'drives' | 'virtioPorts'>, model: string): string {
  const bus = busOf(model);
  if (bus === undefined) return `'${model}' is not a valid device model name`;
  if (bus === 'none' || rowOf(model)?.isFixed) return "Parameter 'driver' expects a pluggable device type";
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
export function unplugProblem(
  { drives, network }: Pick<Machine, 'drives' | 'network'>,
  id: string,
): string | undefined {
  const drive = findDriveOfDevice(drives, id);
  const card = network.find(({ name }) => name === id);
  if (card) return "Bus 'isa.0' does not support hotplugging";
  // A flash chip is on no bus: there is no such device, as in QEMU.
  const bus = drive && driveBus(drive.place);
  return bus && `Bus '${bus}' does not support hotplugging`;
}

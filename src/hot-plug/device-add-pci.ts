import { deviceModel } from '../../runtime/machine/catalogue/index.ts';
import type { Machine } from '../machine/machine.ts';
import { PCI_BUS, parsePciSlot } from '../options/pci-slots.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { DeviceProperties } from './device-buses.ts';
import { plugNamedDisk } from './named-disks.ts';
import { Netdevs } from './netdevs.ts';
import { type PluggablePciModel, pluggablePciModels } from './pci-devices.ts';

const common = ['id', 'bus', 'addr'];

/** Properties that `device_add` accepts for a device. */
export function pciProperties(model: PluggablePciModel): readonly string[] {
  if (model === 'virtio-rng-pci') return common;
  return model === 'nvme' || model === 'virtio-blk-pci' ? [...common, 'drive', 'serial'] : [...common, 'netdev', 'mac'];
}

/** The device of a name of QEMU's that can be plugged into the PCI bus; undefined: it cannot. */
export function pluggablePci(driver: string): PluggablePciModel | undefined {
  const named = deviceModel(driver);
  return pluggablePciModels.find((model) => model === named);
}

/**
 * Plugs a device into the PCI bus, as `device_add` says it.
 * @throws ConfigurationError in QEMU's words (hw/pci/pci.c)
 */
export async function plugPci(machine: Machine, device: PluggablePciModel, given: DeviceProperties): Promise<void> {
  const unknown = Object.keys(given).find((name) => !pciProperties(device).includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`Property '${device}.${unknown}' not found`);
  const { id, bus, addr } = given;
  if (bus !== undefined && bus !== PCI_BUS && bus !== 'pci') throw new ConfigurationError(`Bus '${bus}' not found`);
  const place = { ...(id !== undefined && { id }), ...(addr !== undefined && { slot: parsePciSlot(device, addr) }) };
  if (device === 'virtio-rng-pci') await machine.pci.plug({ device, ...place });
  else if (device === 'nvme' || device === 'virtio-blk-pci')
    await plugNamedDisk(machine, device, given, (disk) => {
      // Systems tell disks apart by it.
      if (device === 'nvme' && disk.serial === undefined) throw new ConfigurationError('serial property not set');
      return machine.pci.plug({ device, ...place, ...disk });
    });
  else {
    const { mac, netdev } = given;
    const network = netdev === undefined ? {} : { backend: freeNetwork(machine, device, netdev), backendName: netdev };
    await machine.pci.plug({ device, ...place, ...network, ...(mac !== undefined && { mac }) });
  }
}

function freeNetwork(machine: Machine, device: string, id: string) {
  const netdevs = Netdevs.of(machine);
  if (netdevs.isUsed(id))
    throw new ConfigurationError(`Property '${device}.netdev' can't take value '${id}', it's in use`);
  const network = netdevs.find(id);
  if (network === undefined)
    throw new ConfigurationError(`Property '${device}.netdev' can't find value '${id}'; name it first (netdev_add)`);
  return network;
}

import { pciDisks } from '../../runtime/machine/catalogue/disks.ts';
import { deviceModel } from '../../runtime/machine/catalogue/index.ts';
import {
  type ModelOfPlugType,
  type PluggablePciModel,
  pluggablePciModel,
  pluggablePciRows,
} from '../../runtime/machine/catalogue/pluggable.ts';
import type { PciPlugType } from '../../runtime/machine/catalogue/row.ts';
import type { Machine } from '../machine/machine.ts';
import { PCI_BUS, parsePciSlot } from '../options/pci-slots.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { DeviceProperties } from './device-buses.ts';
import { plugNamedDisk } from './named-disks.ts';
import { Netdevs } from './netdevs.ts';
import type { PciDeviceOptions } from './pci-options.ts';

/** Id and slot, where they are given. */
type Place = Pick<PciDeviceOptions, 'id' | 'slot'>;

/** The devices whose descriptions are of one type, as `device_add` says them. */
interface Kind<Type extends PciPlugType = PciPlugType> {
  /** Names of the properties that it accepts, besides those of a place. */
  readonly properties: readonly string[];
  plug(machine: Machine, device: ModelOfPlugType<Type>, place: Place, given: DeviceProperties): Promise<unknown>;
}

const kinds: { readonly [Type in PciPlugType]: Kind<Type> } = {
  'pci-card': {
    properties: ['netdev', 'mac'],
    plug: (machine, device, place, { mac, netdev }) => {
      const network =
        netdev === undefined ? {} : { backend: freeNetwork(machine, device, netdev), backendName: netdev };
      return machine.pci.plug({ device, ...place, ...network, ...(mac !== undefined && { mac }) });
    },
  },
  'pci-disk': {
    properties: ['drive', 'serial'],
    plug: (machine, device, place, given) =>
      plugNamedDisk(machine, device, given, (disk) => {
        if (pciDisks[device].needsSerial && disk.serial === undefined)
          throw new ConfigurationError('serial property not set');
        return machine.pci.plug({ device, ...place, ...disk });
      }),
  },
  'pci-rng': { properties: [], plug: (machine, device, place) => machine.pci.plug({ device, ...place }) },
};

function kindOf(model: PluggablePciModel): Kind {
  // A kind gets models of its type only.
  return kinds[pluggablePciRows[model].plugType] as Kind;
}

/** Properties that `device_add` accepts for a device. */
export function pciProperties(model: PluggablePciModel): readonly string[] {
  return ['id', 'bus', 'addr', ...kindOf(model).properties];
}

/** The device of a name of QEMU's that can be plugged into the PCI bus; undefined: it cannot. */
export function pluggablePci(driver: string): PluggablePciModel | undefined {
  return pluggablePciModel(deviceModel(driver));
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
  await kindOf(device).plug(machine, device, place, given);
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

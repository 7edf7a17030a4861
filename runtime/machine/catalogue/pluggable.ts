import { type PciDiskModel, pciDisks } from './disks.ts';
import { networkCards, type PciCardModel } from './network.ts';
import type { DeviceRow, PciPlugType } from './row.ts';
import { virtioDevices } from './virtio.ts';

const { ne2k_isa: _, 'xen-net-device': __, ...pciCards } = networkCards;

/** A device that can be plugged into the PCI bus while the machine runs, by QEMU's name. */
export type PluggablePciModel = PciCardModel | PciDiskModel | 'virtio-rng-pci';

/** Their rows. */
export const pluggablePciRows = {
  ...pciCards,
  ...pciDisks,
  'virtio-rng-pci': virtioDevices['virtio-rng-pci'],
} as const satisfies Readonly<Record<PluggablePciModel, DeviceRow & { readonly plugType: PciPlugType }>>;

/** All of them. */
export const pluggablePciModels = Object.keys(pluggablePciRows) as readonly PluggablePciModel[];

/** The type of a model's description. */
export type PlugTypeOf<Model extends PluggablePciModel> = (typeof pluggablePciRows)[Model]['plugType'];
/** The models whose descriptions are of a type. */
export type ModelOfPlugType<Type extends PciPlugType> = {
  [Model in PluggablePciModel]: PlugTypeOf<Model> extends Type ? Model : never;
}[PluggablePciModel];

/** The model of a name; undefined: no device of that name can be plugged into the PCI bus. */
export function pluggablePciModel(name: string | undefined): PluggablePciModel | undefined {
  return pluggablePciModels.find((model) => model === name);
}

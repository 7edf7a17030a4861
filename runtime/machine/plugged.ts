import type { CardConfig } from './cards.ts';
import { pciDiskModel } from './catalogue/disks.ts';
import { type PluggablePciModel, pluggablePciModel } from './catalogue/pluggable.ts';
import type { PciPlugType } from './catalogue/row.ts';
import { type UsbInput, usbInputNames } from './catalogue/usb.ts';
import { virtioDevices } from './catalogue/virtio.ts';
import type { DriveConfig } from './drives.ts';
import type { UsbPort } from './usb-plan.ts';

// Descriptions of devices that can be plugged in and pulled out while the machine runs. Recordings have them.

/** A device on the USB, with its place. */
export type PluggedUsbDevice = UsbPort &
  (
    | { readonly type: 'usb-input'; readonly input: UsbInput }
    | { readonly type: 'usb-disk'; readonly drive: DriveConfig }
  );

/** A device on the PCI bus, with its slot. */
export type PluggedPciDevice = { readonly slot: number } & (
  | { readonly type: 'pci-card'; readonly card: CardConfig }
  /** With a controller of its own: virtio or NVMe. */
  | { readonly type: 'pci-disk'; readonly drive: DriveConfig }
  | { readonly type: 'pci-rng' }
);

/** One of the processors that there can be, by its number. */
export interface PluggedProcessor {
  readonly type: 'processor';
  readonly processor: number;
}

/** A device that can be plugged in and pulled out while the machine runs, with its place. */
export type PluggedDevice = PluggedUsbDevice | PluggedPciDevice | PluggedProcessor;

/** A description of one of the types. */
export type PluggedOf<Type extends PluggedDevice['type']> = Extract<PluggedDevice, { readonly type: Type }>;

const names: { readonly [Type in PluggedDevice['type']]: (device: PluggedOf<Type>) => string } = {
  'pci-card': ({ card }) => card.name,
  'pci-disk': ({ drive }) => drive.name,
  'pci-rng': () => virtioDevices['virtio-rng-pci'].slot,
  processor: ({ processor }) => `processor-${processor}`,
  'usb-disk': ({ drive }) => drive.name,
  'usb-input': ({ input }) => usbInputNames[input],
};

/** Its name: that of its state, and of its port at the host's door. */
export function nameOfPlugged(device: PluggedDevice): string {
  // Each function gets descriptions of its type only.
  return (names[device.type] as (device: PluggedDevice) => string)(device);
}

/** Names of models; they may be of devices that are not for the PCI bus. */
const models: { readonly [Type in PciPlugType]: (device: PluggedOf<Type>) => string | undefined } = {
  'pci-card': ({ card }) => card.model,
  'pci-disk': ({ drive }) => pciDiskModel(drive.interface),
  'pci-rng': () => 'virtio-rng-pci',
};

/** Which device it is. Throws an Error for one that is not for the PCI bus. */
export function modelOfPlugged(device: PluggedPciDevice): PluggablePciModel {
  const name = (models[device.type] as (device: PluggedPciDevice) => string | undefined)(device);
  const model = pluggablePciModel(name);
  if (model === undefined) throw new Error(`${nameOfPlugged(device)} is no device for the PCI bus`);
  return model;
}

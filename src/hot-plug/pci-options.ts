import type { PciDiskModel } from '../../runtime/machine/catalogue/disks.ts';
import type { PciCardModel } from '../../runtime/machine/catalogue/network.ts';
import type { PluggablePciModel } from '../../runtime/machine/catalogue/pluggable.ts';
import type { CardOptions } from '../cards/options.ts';
import type { PluggedDiskOptions } from './plugged-disks.ts';

/** A device that is plugged into the PCI bus, and can be pulled out. */
export interface PluggedPci {
  /** The name by which it is pulled out. */
  readonly id: string;
  /** Whether it was given that name; else it is that of its card or drive, or "virtio-rng". */
  readonly isNamed: boolean;
  /** The model of the device. */
  readonly device: PluggablePciModel;
  /** Its slot of the bus. */
  readonly slot: number;
  /** For a disk: the name of its drive (`Machine.drives`). */
  readonly drive?: string;
  /** For a network card: its name (`Machine.network`). */
  readonly card?: string;
}

interface PciPlace {
  /** The name by which it is pulled out, letters, digits, `-`, `.` and `_` after a letter. Default: the name of its card or drive, or "virtio-rng". */
  readonly id?: string;
  /** Its slot, from 2 to 31. Default: the next free one. */
  readonly slot?: number;
}

/** A network card that is to be plugged in. Firmware has run already: it has no option ROM. */
export interface PciCardOptions extends PciPlace, Pick<CardOptions, 'mac' | 'backend' | 'backendName'> {
  /** Which one. */
  readonly device: PciCardModel;
}

/** A disk that is to be plugged in. */
export interface PciDiskOptions extends PciPlace, PluggedDiskOptions {
  /** Which one. */
  readonly device: PciDiskModel;
}

/** A source of random numbers that is to be plugged in. */
export interface PciRngOptions extends PciPlace {
  /** Always "virtio-rng-pci". */
  readonly device: 'virtio-rng-pci';
}

/** Options of a device that can be plugged in. */
export type PciDeviceOptions = PciCardOptions | PciDiskOptions | PciRngOptions;

/** Options by the types of their devices' descriptions. */
export interface PciOptionsByType {
  readonly 'pci-card': PciCardOptions;
  readonly 'pci-disk': PciDiskOptions;
  readonly 'pci-rng': PciRngOptions;
}

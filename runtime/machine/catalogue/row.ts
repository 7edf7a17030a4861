/** Kinds of buses, by QEMU's names; `none`: a part of the chipset, or no device of a bus. */
export type BusKind = 'isa' | 'ide' | 'scsi' | 'floppy-bus' | 'pci' | 'usb-bus' | 'virtio-serial' | 'xen-bus' | 'none';

/**
 * Types of descriptions of devices that are plugged into the PCI bus and pulled out while the machine runs
 * (machine/plugged.ts): network cards, disks with a controller of their own, and the entropy device.
 */
export type PciPlugType = 'pci-card' | 'pci-disk' | 'pci-rng';

/** A number that an option sets, and the property of `-device` for it. */
export interface NumberSetting {
  readonly property: string;
  /** Its type in QEMU's help. */
  readonly type: 'uint32' | 'uint64';
  readonly usual: number;
  /** The least is 0. */
  readonly most: number;
}

/**
 * A device that `-device` adds, by its name there. Rows are data and load no device: command line, options, slots of the PCI
 * bus, hot plug, help and documents read them.
 */
export interface DeviceRow {
  readonly bus: BusKind;
  /** One line of `-device help`. */
  readonly help: string;
  /** Further names that QEMU has for it. */
  readonly aliases?: readonly string[];
  /** Properties of `-device` with their defaults, which are QEMU's; '': there is none. Those of `settings` are apart. */
  readonly properties?: Readonly<Record<string, string>>;
  /**
   * A kind of device that a machine has one of, where this is one: a second one would be dropped, or take the place of the
   * first.
   */
  readonly only?: string;
  /** Its name among the PCI devices of a machine, which has it once. */
  readonly slot?: string;
  /** The option of a machine that adds it. */
  readonly option?: string;
  /** Where several devices share the option: the value that stands for this one, alone or in a list. */
  readonly value?: string;
  /** Where the option is an object: its members. */
  readonly settings?: Readonly<Record<string, NumberSetting>>;
  /** QEMU never plugs it in or out while the machine runs. */
  readonly isFixed?: boolean;
  /** For a PCI device that can be plugged in and pulled out while the machine runs: the type of its description. */
  readonly plugType?: PciPlugType;
  /**
   * Linux's modules for it, with parameters after a space. Empty: Linux has no driver. Left out: they depend on more than the
   * device.
   */
  readonly linux?: readonly string[];
}

/** Properties of `-device`, with their defaults. */
export function propertiesOf({ properties, settings = {} }: DeviceRow): Readonly<Record<string, string>> {
  const numbers = Object.values(settings).map(({ property, usual }) => [property, `0x${usual.toString(16)}`] as const);
  return { ...properties, ...Object.fromEntries(numbers) };
}

/** Whether a machine with these options has the device because of its own option. */
export function isAdded({ option, value }: DeviceRow, options: object): boolean {
  if (option === undefined) return false;
  const given = (options as Readonly<Record<string, unknown>>)[option];
  if (value === undefined) return given !== undefined && given !== false;
  return Array.isArray(given) ? given.includes(value) : given === value;
}

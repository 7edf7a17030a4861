import { disks, pciDiskModel } from '../../runtime/machine/catalogue/disks.ts';
import { deviceRows } from '../../runtime/machine/catalogue/index.ts';
import { isPciCard } from '../../runtime/machine/catalogue/network.ts';
import { isAdded } from '../../runtime/machine/catalogue/row.ts';
import { scsiControllers } from '../../runtime/machine/catalogue/scsi.ts';
import { usbControllers } from '../../runtime/machine/catalogue/usb.ts';
import { FIRST_SLOT, LAST_SLOT } from '../../runtime/machine/pci-slots.ts';
import { type ScsiPlans, scsiBusesOf } from '../../runtime/machine/scsi-plan.ts';
import { type UsbPlans, usbBusesOf } from '../../runtime/machine/usb-plan.ts';
import type { MachineConfig } from '../machine-core.ts';
import { checkedInteger, shown } from '../util/checks.ts';
import { atOption, ConfigurationError, optionPath } from '../util/errors.ts';

/** The slots of PCI devices, by their names. */
export type PciSlots = Readonly<Record<string, number>>;

/** The parts of a machine that decide its PCI devices. */
export interface DevicePlans {
  /** Options that add devices, as MachineOptions or MachineConfig have them. */
  readonly settings: Omit<UsbPlans & ScsiPlans, 'drives'> & { readonly vga?: MachineConfig['vga'] };
  readonly drives: readonly { readonly name: string; readonly interface: string }[];
  readonly cards: readonly { readonly config: { readonly name: string; readonly model: string } }[];
  readonly shares: readonly { readonly name: string }[];
}

/** Name of the bus. */
export const PCI_BUS = 'pci.0';

/** The chipset's slots, which come before those of devices. */
const chipset: PciSlots = { i440FX: 0, PIIX3: 1 };

/** Names of PCI devices that can be in any slot. */
export function deviceNames({ settings, drives, cards, shares }: DevicePlans): string[] {
  const added = Object.values(deviceRows).flatMap((row) => (row.slot && isAdded(row, settings) ? [row.slot] : []));
  const sata = drives.some((drive) => drive.interface === 'sata') ? [disks.ahci.slot] : [];
  return [
    ...new Set([...added, ...sata]),
    ...usbBusesOf({ ...settings, drives }).map(({ model }) => usbControllers[model].slot),
    ...scsiBusesOf({ ...settings, drives }).map(({ model }) => scsiControllers[model].slot),
    ...cards.flatMap(({ config: { name, model } }) => (isPciCard(model) ? [name] : [])),
    ...drives.flatMap((drive) => (pciDiskModel(drive.interface) ? [drive.name] : [])),
    ...shares.map(({ name }) => name),
  ];
}

/**
 * The slots that are named for devices of a machine, if it has them, and none is taken twice.
 * @throws ConfigurationError that names the device; for a slot that is taken, in QEMU's words
 */
export function checkedPciSlots(slots: PciSlots, plans: DevicePlans): PciSlots {
  return atOption('pciSlots', () => checkedBy(deviceNames(plans), slots));
}

function checkedBy(names: readonly string[], slots: PciSlots): PciSlots {
  if (typeof slots !== 'object' || slots === null)
    throw new ConfigurationError(`pciSlots is ${shown(slots)}; it must be an object with devices and their slots`);
  const unknown = Object.keys(slots).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ConfigurationError(
      `pciSlots: the machine has no PCI device '${unknown}' that could have a slot of its own; ${listOf(names)}`,
      optionPath(unknown),
    );
  const doubled = Object.keys(slots).find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (doubled !== undefined)
    throw new ConfigurationError(
      `pciSlots: there are two PCI devices '${doubled}'; give the network card another name`,
    );
  const display = names.includes('vga') && slots.vga === undefined ? { vga: FIRST_SLOT } : {};
  const taken = new Map(Object.entries({ ...chipset, ...display }).map(([name, slot]) => [slot, name]));
  for (const [name, slot] of Object.entries(slots)) {
    atOption(name, () => checkedInteger(`pciSlots['${name}']`, slot, 0, LAST_SLOT));
    const other = taken.get(slot);
    if (other !== undefined)
      throw new ConfigurationError(
        `PCI: slot ${slot} function 0 not available for ${name}, in use by ${other}; give one of them another slot`,
        optionPath(name),
      );
    taken.set(slot, name);
  }
  return slots;
}

/**
 * The slot of an address such as 5, 0x5 or 05.0: all hexadecimal, as QEMU's are.
 * @throws ConfigurationError for another function than 0
 */
export function parsePciSlot(driver: string, addr: string): number {
  const [, text = '', func = '0'] = /^(?:0x)?([0-9a-f]{1,2})(?:\.(?:0x)?([0-7]))?$/i.exec(addr) ?? [];
  const slot = Number.parseInt(text, 16);
  if (!(slot <= LAST_SLOT))
    throw new ConfigurationError(
      `Property '${driver}.addr' doesn't take value '${addr}'; give a slot in hexadecimal, from 0x2 to 0x1f`,
    );
  if (func !== '0')
    throw new ConfigurationError(
      `${driver} is function 0 of its slot, not ${func}; give addr=0x${slot.toString(16)}, or another slot`,
    );
  return slot;
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
}

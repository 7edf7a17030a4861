import { pciDisks } from '../../runtime/machine/catalogue/disks.ts';
import { type DeviceModel, deviceRows } from '../../runtime/machine/catalogue/index.ts';
import { FIRST_SLOT, LAST_SLOT } from '../../runtime/machine/pci-slots.ts';
import { planCards } from '../cards/options.ts';
import { planDrives } from '../drives/options.ts';
import { type CardModel, type CardOptions, ConfigurationError, cardModels, type MachineOptions } from '../index.ts';
import { vgaOf } from '../options/options.ts';
import { deviceNames, type PciSlots, parsePciSlot } from '../options/pci-slots.ts';
import { planShares } from '../shares/options.ts';
import { machine, type Settings } from './settings.ts';

/** Where the UHCI is without being asked: in the chipset, device 1, function 2. */
const CHIPSET_USB = /^(0x)?0?1\.(0x)?2$/i;

/** Whether a -device may have `addr=`. */
export function hasAddress(driver: DeviceModel): boolean {
  return deviceRows[driver].bus === 'pci';
}

/**
 * The settings whose last device is at an address, or in the next free slot where it has none.
 * @throws ConfigurationError
 */
export function withAddress(settings: Settings, driver: DeviceModel, addr: string | undefined): Settings {
  const name = nameOfLast(settings, driver);
  if (addr === undefined) return { ...settings, pciDevices: [...(settings.pciDevices ?? []), name] };
  if (driver === 'piix3-usb-uhci' && CHIPSET_USB.test(addr)) return settings;
  const slot = parsePciSlot(driver, addr);
  return machine(settings, { pciSlots: { ...settings.machine.pciSlots, [name]: slot } });
}

/**
 * The slots of all PCI devices of a machine made of the flags, handed out as QEMU's PC does: to the display adapter, to the cards of -nic, to those
 * of -audio, to what -device and -virtfs add, in their order, and to the disks of `-drive if=virtio`. The slot of a display adapter that only
 * -vga none takes away stays free.
 * @throws ConfigurationError if there are too few
 */
export function slotsOf({ pciDevices = [] }: Settings, options: MachineOptions): PciSlots {
  const { drives = [], network = [], shares = [], pciSlots: told = {} } = options;
  const plans = { drives: planDrives(drives), cards: planCards(network), shares: planShares(shares) };
  const vga = vgaOf(options);
  const names = deviceNames({ ...plans, settings: { ...options, vga } }).filter((name) => !(name in told));
  const disks = names.filter((name) => plans.drives.some((drive) => drive.name === name));
  const onBoard = ['vga', ...plans.cards.map(({ config }) => config.name), 'ac97'].filter((n) => names.includes(n));
  const first = [...onBoard, ...disks].filter((name) => !pciDevices.includes(name));
  const isDisk = (name: string) => disks.includes(name);
  const order = [...first.filter((n) => !isDisk(n)), ...pciDevices, ...first.filter(isDisk)];
  const taken = new Set(Object.values(told));
  if (vga === 'none' && options.vga !== 'none') taken.add(FIRST_SLOT);
  const slots = new Map(Object.entries(told));
  for (const name of order) slots.set(name, nextSlot(name, taken));
  return Object.fromEntries(slots);
}

/** The first slot that is free, which it is not any more. */
function nextSlot(name: string, taken: Set<number>): number {
  let slot = FIRST_SLOT;
  while (taken.has(slot)) slot++;
  if (slot > LAST_SLOT)
    throw new ConfigurationError(
      `PCI: no slot/function available for ${name}, all in use or reserved; give the machine fewer devices`,
    );
  taken.add(slot);
  return slot;
}

/** The machine's name of the device that was added last; lists are in the order of the flags. */
function nameOfLast({ machine: { drives = [], shares = [] }, cards }: Settings, driver: DeviceModel): string {
  if (cardModels.includes(driver as CardModel))
    return planCards(cards.map(({ backend: _, netdev: __, ...card }): CardOptions => card)).at(-1)!.config.name;
  if (driver in pciDisks) return planDrives(drives).at(-1)!.name;
  if (driver === 'virtio-9p-pci') return `virtio-9p${shares.length - 1}`;
  return deviceRows[driver].slot!;
}

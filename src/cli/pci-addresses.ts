import { planCards } from '../cards/options.ts';
import { planDrives } from '../drives/options.ts';
import { busName } from '../hot-plug/device-buses.ts';
import { type CardModel, type CardOptions, cardModels } from '../index.ts';
import { parsePciSlot } from '../pci-slots.ts';
import { machine, type Settings } from './settings.ts';

/** What the machine calls the PCI devices that it has once (MachineOptions.pciSlots). */
const single: Readonly<Record<string, string>> = {
  VGA: 'vga',
  'cirrus-vga': 'vga',
  'virtio-serial-pci': 'virtio-serial',
  'virtio-balloon-pci': 'virtio-balloon',
  'virtio-rng-pci': 'virtio-rng',
  AC97: 'ac97',
  edu: 'edu',
  ahci: 'ahci',
  'piix3-usb-uhci': 'uhci',
  'qemu-xhci': 'xhci',
  'nec-usb-xhci': 'xhci',
  'usb-ehci': 'ehci',
};

/** Where the UHCI is without being asked: in the chipset, device 1, function 2. */
const CHIPSET_USB = /^(0x)?0?1\.(0x)?2$/i;

/** The bus of a -device, by QEMU's name. Display adapters have none in the list of what can be plugged in. */
export function deviceBus(driver: string): string | undefined {
  return single[driver] === 'vga' ? 'pci.0' : busName(driver);
}

/** Whether a -device may have `addr=`. */
export function hasAddress(driver: string): boolean {
  return deviceBus(driver) === 'pci.0';
}

/** The settings whose last device is at an address. Throws ConfigurationError. */
export function withAddress(settings: Settings, driver: string, addr: string): Settings {
  if (driver === 'piix3-usb-uhci' && CHIPSET_USB.test(addr)) return settings;
  const slot = parsePciSlot(driver, addr);
  return machine(settings, { pciSlots: { ...settings.machine.pciSlots, [nameOfLast(settings, driver)]: slot } });
}

/** What the machine calls the device that was added last: lists are in the order of the flags. */
function nameOfLast({ machine: { drives = [], shares = [] }, cards }: Settings, driver: string): string {
  if (cardModels.includes(driver as CardModel))
    return planCards(cards.map(({ backend: _, netdev: __, ...card }): CardOptions => card)).at(-1)!.config.name;
  if (driver === 'virtio-blk-pci' || driver === 'nvme') return planDrives(drives).at(-1)!.name;
  if (driver === 'virtio-9p-pci') return `virtio-9p${shares.length - 1}`;
  return single[driver]!;
}

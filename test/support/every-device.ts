import { type OptionalCards, optionalCards } from '../../runtime/machine/catalogue/cards.ts';
import { cardModels } from '../../runtime/machine/catalogue/network.ts';
import { soundCardModels } from '../../runtime/machine/catalogue/sound.ts';
import type { MachineOptions } from '../../src/index.ts';
import type { PartOption } from '../../src/options/kinds.ts';

/** All cards that an option adds, as they are by default. */
const cards = Object.fromEntries(
  Object.values(optionalCards).map(({ option }) => [option, {}]),
) as unknown as Required<OptionalCards>;

/** A machine has so many network cards at most. */
const MOST_CARDS = 6;

/**
 * A small machine with all devices that need nothing of the host. The compiler asks for all options that are parts of a machine, so
 * that a new device is in the tests that have this machine.
 */
export const everyDevice: MachineOptions & Required<Pick<MachineOptions, PartOption>> = {
  memory: 16,
  memoryBelow4G: 16,
  cpu: 'max,hv-time',
  processors: 2,
  boot: { demo: true },
  drives: [
    { image: new Uint8Array(1 << 20), format: 'raw' },
    { media: 'cdrom' },
    { interface: 'floppy' },
    { interface: 'virtio', image: new Uint8Array(1 << 20), format: 'raw' },
    { interface: 'sata', image: new Uint8Array(1 << 20), format: 'raw' },
    { interface: 'sata', media: 'cdrom' },
    { interface: 'scsi', image: new Uint8Array(1 << 20), format: 'raw' },
    { interface: 'scsi', media: 'cdrom', index: 3 },
    { interface: 'scsi', index: 16, image: new Uint8Array(1 << 20), format: 'raw' },
    { interface: 'scsi', index: 32, image: new Uint8Array(1 << 20), format: 'raw' },
    { interface: 'pflash', image: new Uint8Array(1 << 16), format: 'raw' },
    { interface: 'pflash', image: new Uint8Array(1 << 16), format: 'raw' },
    { interface: 'usb', bus: 'usb-bus.1', image: new Uint8Array(1 << 20), format: 'raw' },
  ],
  network: cardModels.slice(0, MOST_CARDS).map((card) => ({ card })),
  soundCards: soundCardModels,
  shares: [{ tag: 'shared', files: { 'a/b': 'text' } }],
  acpi: true,
  hpet: true,
  generationId: true,
  vmport: true,
  // The enlightenments of Hyper-V exclude it: `otherCards` and `xenInput` have it.
  xen: false,
  xenConsoles: 0,
  xenKeyboard: false,
  xenFramebuffer: false,
  parallelPort: true,
  virtioPorts: [{ name: 'a' }],
  balloon: true,
  rng: true,
  usb: [
    { device: 'keyboard', bus: 'usb-bus.0' },
    { device: 'tablet', bus: 'xhci.0' },
  ],
  usbControllers: [{ model: 'piix3-usb-uhci' }, { model: 'qemu-xhci', id: 'xhci' }, { model: 'usb-ehci' }],
  vga: 'std',
  pcTestdev: true,
  ahci: true,
  scsiControllers: [{ model: 'pvscsi', id: 'scsi0' }, { model: 'lsi53c895a' }, { model: 'mptsas1068' }],
  ...cards,
  pciSlots: { edu: 31 },
  debugConsole: { iobase: 0xe9 },
  debugExit: { iobase: 0x501, iosize: 2 },
};

/** Machines with the adapters that `everyDevice` has not. */
export const cirrusMachine: MachineOptions = { memory: 16, boot: { demo: true }, vga: 'cirrus' };
export const vmwareMachine: MachineOptions = { memory: 16, boot: { demo: true }, vga: 'vmware' };

/** A machine with the cards that have no place left in `everyDevice`, and with Xen. */
export const otherCards: MachineOptions = {
  memory: 16,
  boot: { demo: true },
  xen: true,
  xenConsoles: 2,
  drives: [{ interface: 'xen', image: new Uint8Array(1 << 20), format: 'raw' }],
  network: cardModels.slice(MOST_CARDS).map((card) => ({ card })),
};

/** A machine with what Xen has for a user. */
export const xenInput: MachineOptions = {
  memory: 16,
  boot: { demo: true },
  xen: true,
  xenKeyboard: true,
  xenFramebuffer: true,
};

/** A machine to which processors may be added. */
export const growingMachine: MachineOptions = {
  memory: 16,
  boot: { demo: true },
  processors: { cores: 2, present: 1 },
};

/** A machine with a disk that has a controller of its own. */
export const nvmeMachine: MachineOptions = {
  memory: 16,
  boot: { demo: true },
  drives: [{ interface: 'nvme', image: new Uint8Array(1 << 20), format: 'raw', serial: 'a' }],
};

/** A machine with the device that has no place left in `everyDevice`. */
export const usbDisk: MachineOptions = {
  memory: 16,
  boot: { demo: true },
  drives: [{ interface: 'usb', image: new Uint8Array(1 << 20), format: 'raw' }],
};

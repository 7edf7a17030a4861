/** Network cards that there are. Names are apart from the devices: a page that only names them loads none. */
export const cardModels = ['rtl8139', 'ne2k_pci', 'ne2k_isa', 'e1000', 'pcnet', 'virtio-net-pci'] as const;
/** A network card, by its name. */
export type CardModel = (typeof cardModels)[number];
/** The cards on the PCI bus, which may have an option ROM. */
export type PciCardModel = Exclude<CardModel, 'ne2k_isa'>;
/** All of these. */
export const pciCardModels: readonly PciCardModel[] = cardModels.filter((model) => model !== 'ne2k_isa');

/** Where ISA cards are: QEMU's places, ports and IRQ of each. */
export const isaCardPlaces = [
  { base: 0x300, irq: 9 },
  { base: 0x320, irq: 10 },
  { base: 0x340, irq: 11 },
  { base: 0x360, irq: 3 },
  { base: 0x280, irq: 4 },
  { base: 0x380, irq: 5 },
];

/** Display adapters that there are: QEMU's standard VGA, and Cirrus Logic's CL-GD5446. */
export const displayModels = ['std', 'cirrus'] as const;
/** A display adapter, by its name. */
export type DisplayModel = (typeof displayModels)[number];

/** Sound cards that there are, by QEMU's names. */
export const soundCardModels = ['sb16', 'AC97', 'adlib'] as const;
/** A sound card, by its name. */
export type SoundCardModel = (typeof soundCardModels)[number];

/** Keyboards, mice and tablets on the USB. */
export const usbInputs = ['tablet', 'mouse', 'keyboard'] as const;
/** A USB device that the user's input may go to. */
export type UsbInput = (typeof usbInputs)[number];

/** USB host controllers, by QEMU's names: how many devices fit into each, and what it is called among PCI devices. */
export const usbControllers = {
  'piix3-usb-uhci': { ports: 2, name: 'uhci' },
  'qemu-xhci': { ports: 4, name: 'xhci' },
  'nec-usb-xhci': { ports: 4, name: 'xhci' },
  'usb-ehci': { ports: 6, name: 'ehci' },
} as const satisfies Readonly<Record<UsbControllerModel, { readonly ports: number; readonly name: string }>>;
/** A USB host controller. */
export type UsbControllerModel = 'piix3-usb-uhci' | 'qemu-xhci' | 'nec-usb-xhci' | 'usb-ehci';
/** All of them. */
export const usbControllerModels = Object.keys(usbControllers) as readonly UsbControllerModel[];
/** As many disks fit into a machine with one controller of each kind. */
export const USB_DISKS: number = (['piix3-usb-uhci', 'qemu-xhci', 'usb-ehci'] as const).reduce(
  (count, model) => count + usbControllers[model].ports,
  0,
);

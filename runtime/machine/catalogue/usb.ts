import type { DeviceRow } from './row.ts';

/** Keyboards, mice and tablets on the USB. */
export const usbInputs = ['tablet', 'mouse', 'keyboard'] as const;
/** A USB device that the user's input may go to. */
export type UsbInput = (typeof usbInputs)[number];

/** A USB host controller. */
export type UsbControllerModel = 'piix3-usb-uhci' | 'qemu-xhci' | 'nec-usb-xhci' | 'usb-ehci';

interface UsbControllerRow extends DeviceRow {
  /** How many devices fit into it. */
  readonly ports: number;
  /** Its name in messages. A machine has one of a kind. */
  readonly kind: string;
  readonly slot: string;
  readonly linux: readonly string[];
}

const controller = { bus: 'pci', properties: { id: '' } } as const;
const xhci = { ...controller, ports: 4, slot: 'xhci', kind: 'xHCI', linux: ['xhci_pci'] } as const;

/** USB host controllers, by QEMU's names. */
export const usbControllers: Readonly<Record<UsbControllerModel, UsbControllerRow>> = {
  'piix3-usb-uhci': {
    ...controller,
    ...{ ports: 2, slot: 'uhci', kind: 'UHCI', linux: ['uhci_hcd'] },
    help: "the USB controller of Intel's PIIX3, with two ports, as -usb",
    only: 'UHCI controller',
  },
  'qemu-xhci': { ...xhci, help: 'a USB controller of xHCI, with four ports of USB 2' },
  'nec-usb-xhci': { ...xhci, help: "the same by NEC's identification (uPD720200), which has MSI, too" },
  'usb-ehci': {
    ...controller,
    ...{ ports: 6, slot: 'ehci', kind: 'EHCI', linux: ['ehci_pci'] },
    help: 'a USB controller of EHCI, with six ports of USB 2',
  },
};
/** All of them. */
export const usbControllerModels = Object.keys(usbControllers) as readonly UsbControllerModel[];
/** As many disks fit into a machine with one controller of each kind. */
export const USB_DISKS: number = (['piix3-usb-uhci', 'qemu-xhci', 'usb-ehci'] as const).reduce(
  (count, model) => count + usbControllers[model].ports,
  0,
);

interface UsbInputRow extends DeviceRow {
  readonly input: UsbInput;
}

const input = { bus: 'usb-bus', properties: { bus: '', port: '', id: '' } } as const;

/** Keyboards, mice and tablets as devices of `-device`. Their names are those of their streams, too. */
export const usbInputDevices = {
  'usb-tablet': {
    ...input,
    input: 'tablet',
    help: 'a pointer on the USB that tells its place, so that it is where that of a VNC viewer is; needs a controller, such as that of -usb',
  },
  'usb-mouse': { ...input, input: 'mouse', help: 'a mouse on the USB' },
  'usb-kbd': { ...input, input: 'keyboard', help: 'a keyboard on the USB' },
} as const satisfies Readonly<Record<string, UsbInputRow>>;
/** Their names. */
export const usbInputModels = Object.keys(usbInputDevices) as readonly (keyof typeof usbInputDevices)[];
/** The device of each input. */
export const usbInputNames = Object.fromEntries(
  usbInputModels.map((model) => [usbInputDevices[model].input, model]),
) as Readonly<Record<UsbInput, keyof typeof usbInputDevices>>;

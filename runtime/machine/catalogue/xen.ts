import type { DeviceRow } from './row.ts';

/** The newest version of Xen that guests see, and the usual one: 4.17, major and minor in 16 bits each. */
export const XEN_VERSION = 0x00040011;

/** Xen's platform device, its disks, its consoles, its keyboard with a pointer, and its framebuffer. */
export const xenDevices = {
  'xen-platform': {
    bus: 'pci',
    slot: 'xen-platform',
    option: 'xen',
    isFixed: true,
    help: 'Xen around the guest, as -machine xen=on: hypercalls, event channels, the store, and the PCI device that its drivers look for',
  },
  'xen-disk': {
    bus: 'xen-bus',
    help: 'a hard disk for guests with drivers of Xen, xvda and so on, whose image is that of -drive if=none,id=ID',
    properties: { drive: '', id: '' },
  },
  'xen-console': {
    bus: 'xen-bus',
    help: 'a console for guests with drivers of Xen, hvc0 and so on, on a -chardev',
    properties: { chardev: '', idx: '' },
  },
  'xen-keyboard': {
    bus: 'xen-bus',
    option: 'xenKeyboard',
    only: 'keyboard of Xen',
    isFixed: true,
    help: 'a keyboard and a pointer for guests with drivers of Xen; the pointer is where that of a VNC viewer is',
  },
  'xen-framebuffer': {
    bus: 'xen-bus',
    option: 'xenFramebuffer',
    only: 'framebuffer of Xen',
    isFixed: true,
    help: "a screen for guests with drivers of Xen, which is shown in the display adapter's place while they use it",
  },
} as const satisfies Readonly<Record<string, DeviceRow>>;

/** Where a device is, as firmware names it: Open Firmware's path from the PCI bus on (IEEE 1275; QEMU and SeaBIOS have the same). */
const BUS = '/pci@i0cf8';

/** Paths of the devices that firmware boots from first, in the order of their numbers (QEMU's `bootindex`). */
export class BootPaths {
  readonly #noted: { readonly bootIndex: number; readonly path: string }[] = [];

  /** A device, with its path below the PCI bus; without a number it has no place in the order. */
  note(bootIndex: number | undefined, path: string): void {
    if (bootIndex !== undefined) this.#noted.push({ bootIndex, path: BUS + path });
  }

  /** The lowest number first. */
  get inOrder(): string[] {
    return [...this.#noted].sort((a, b) => a.bootIndex - b.bootIndex).map(({ path }) => path);
  }
}

/** Kinds of PCI devices that have a name of their own in paths, and others by vendor and device. */
export type DeviceKind = 'ethernet' | 'pci1b36,0010' | 'pci8086,2922' | 'scsi' | 'usb';

/** A PCI device of a kind, in its place. */
export function devicePath(kind: DeviceKind, device: number, func = 0): string {
  return `/${kind}@${device.toString(16)}${func === 0 ? '' : `,${func}`}`;
}

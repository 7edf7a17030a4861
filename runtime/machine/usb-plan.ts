import type { UsbControllerModel } from './catalogue/usb.ts';

/** A USB host controller of a machine. */
export interface UsbControllerConfig {
  /** Which one it is. */
  readonly model: UsbControllerModel;
  /** Its bus is called by it: "xhci.0" for "xhci". Default: none; such buses are "usb-bus.0", "usb-bus.1" and so on. */
  readonly id?: string;
}

/** A machine's USB devices, as far as they decide which controllers there are. */
export interface UsbPlans {
  readonly usb?: readonly unknown[] | undefined;
  readonly usbControllers?: readonly UsbControllerConfig[] | undefined;
  readonly drives?: readonly { readonly interface: string }[];
}

/** A controller, and what its bus is called. */
export interface UsbBusPlan {
  readonly model: UsbControllerModel;
  readonly name: string;
}

/** The controllers that there are, in their order: a UHCI where something needs one and none is named. Names of buses are QEMU's. */
export function usbBusesOf({ usb, usbControllers = [], drives = [] }: UsbPlans): UsbBusPlan[] {
  const isNeeded = usb !== undefined || drives.some((drive) => drive.interface === 'usb');
  const needed: readonly UsbControllerConfig[] = isNeeded ? [{ model: 'piix3-usb-uhci' }] : [];
  let unnamed = 0;
  return (usbControllers.length > 0 ? usbControllers : needed).map(({ model, id }) => ({
    model,
    name: id === undefined ? `usb-bus.${unnamed++}` : `${id}.0`,
  }));
}

/** Where a USB device is: which bus, and which of its ports, from 1. */
export interface UsbPort {
  readonly bus: string;
  readonly port: number;
}

/** Where one is to be, as far as that is said. */
export interface WantedUsbPort {
  readonly bus?: string | undefined;
  readonly port?: number | undefined;
}

/** The bus for devices that name none: that of the controller that was added last, as in QEMU. */
export function defaultBus(buses: readonly { readonly name: string }[]): string {
  return buses.at(-1)!.name;
}

/**
 * Places of USB devices. Those that name their port get it; the others have the next free ones of their bus, which there may not
 * be.
 */
export function placeUsb<Device extends WantedUsbPort>(
  buses: readonly UsbBusPlan[],
  devices: readonly Device[],
): (Device & UsbPort)[] {
  const wanted = devices.map((device) => ({ device, bus: device.bus ?? defaultBus(buses) }));
  const taken = new Set(wanted.map(({ device: { port }, bus }) => `${bus} ${port}`));
  const nextFree = (bus: string): number => {
    let port = 1;
    while (taken.has(`${bus} ${port}`)) port++;
    taken.add(`${bus} ${port}`);
    return port;
  };
  return wanted.map(({ device, bus }) => ({ ...device, bus, port: device.port ?? nextFree(bus) }));
}

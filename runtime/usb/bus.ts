import type { UsbDevice } from './device.ts';

export interface UsbBusOptions {
  /** The name of its controller's state. */
  readonly controller: string;
  /** Name of the bus: QEMU's. */
  readonly name: string;
  readonly ports: number;
  /** A device was plugged into a port, from 0 on. */
  readonly plugged: (port: number, device: UsbDevice) => void;
  /** Called after a device was pulled out of a port. */
  readonly unplugged: (port: number) => void;
  /** The device in a port has something to say. */
  readonly ready: (port: number) => void;
}

/** The ports of a host controller as everybody sees them but the guest: devices come and go. */
export class UsbBus {
  readonly #options: UsbBusOptions;
  readonly #devices: (UsbDevice | null)[];

  constructor(options: UsbBusOptions) {
    this.#options = options;
    this.#devices = new Array<UsbDevice | null>(options.ports).fill(null);
  }

  get controller(): string {
    return this.#options.controller;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The plugged-in devices, by port; null: none. */
  get devices(): readonly (UsbDevice | null)[] {
    return this.#devices;
  }

  /** The device in a port, from 0 on. */
  device(port: number): UsbDevice | null {
    return this.#devices[port] ?? null;
  }

  /** The device at an address behind a port, from 0 on, that lets packets through. */
  find(address: number, isOpen: (port: number) => boolean): UsbDevice | null {
    return this.#devices.find((device, port) => device?.address === address && isOpen(port)) ?? null;
  }

  /** A device is plugged into a port, from 1 on. Throws an Error where there is one already, or no such port. */
  plug(port: number, device: UsbDevice): void {
    const { name, plugged, ready } = this.#options;
    const n = port - 1;
    if (this.#devices[n] !== null) throw new Error(`usb port ${port} (bus ${name}) not found (in use?)`);
    this.#devices[n] = device;
    device.onReady = () => ready(n);
    device.resetBus();
    plugged(n, device);
  }

  /** Pulls out the device in a port. Throws an Error where there is none. */
  unplug(port: number): void {
    const { name, unplugged } = this.#options;
    const n = port - 1;
    const device = this.#devices[n] ?? null;
    if (device === null) throw new Error(`nothing is in usb port ${port} (bus ${name})`);
    device.onReady = () => {};
    this.#devices[n] = null;
    unplugged(n);
  }
}

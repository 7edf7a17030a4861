import type { UsbDevice } from './device.ts';

export interface UsbBusOptions {
  /** The name of its controller's state. */
  readonly controller: string;
  /** What it is called: QEMU's name. */
  readonly name: string;
  readonly ports: number;
  /** A device was plugged into a port, from 0 on. */
  readonly plugged: (port: number, device: UsbDevice) => void;
  /** What was in a port was pulled out. */
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

  /** What is plugged in, by port; null: nothing. */
  get devices(): readonly (UsbDevice | null)[] {
    return this.#devices;
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

  /** What is in a port is pulled out. Throws an Error where there is nothing. */
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

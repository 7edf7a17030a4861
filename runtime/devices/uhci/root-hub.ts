import type { UsbDevice } from '../../usb/device.ts';
import { PORTS, Port } from './registers.ts';

export interface RootHubOptions {
  /** The ports' registers, as part of the state. */
  readonly ports: number[];
  /** A device has something to say. */
  readonly onReady: () => void;
  /** A device ends the suspension of its port. */
  readonly onResume: () => void;
}

/** The two ports of the controller (2.1.7), and who is reached by them. */
export class RootHub {
  readonly #options: RootHubOptions;
  /** Wiring: what is plugged in. */
  readonly #devices = new Array<UsbDevice | null>(PORTS).fill(null);

  constructor(options: RootHubOptions) {
    this.#options = options;
  }

  /** A device is plugged into a port, which is free. */
  plug(n: number, device: UsbDevice): void {
    this.#devices[n] = device;
    device.onReady = () => this.#deviceReady(n);
    device.resetBus();
    this.#options.ports[n]! |= Port.connected | Port.connectChanged;
    this.#options.onResume();
  }

  /** It is pulled out. The port is disabled with that (2.1.7). */
  unplug(n: number): void {
    const before = this.#options.ports[n]!;
    this.#devices[n]!.onReady = () => {};
    this.#devices[n] = null;
    const wasEnabled = (before & Port.enabled) !== 0;
    const changed = Port.connectChanged | (wasEnabled ? Port.enableChanged : 0);
    this.#options.ports[n] = (before & ~(Port.connected | Port.enabled | Port.suspended | Port.resume)) | changed;
    this.#options.onResume();
  }

  isFree(n: number): boolean {
    return this.#devices[n] === null;
  }

  /** As after power-on: what is plugged in has just been found. */
  reset(): void {
    for (let n = 0; n < PORTS; n++) {
      const device = this.#device(n);
      device?.resetBus();
      this.#options.ports[n] = device ? Port.connected | Port.connectChanged : 0;
    }
  }

  #device(n: number): UsbDevice | null {
    return this.#devices[n] ?? null;
  }

  read(n: number): number {
    const control = this.#options.ports[n]!;
    return control | Port.always | ((control & Port.connected) !== 0 ? Port.idle : 0);
  }

  /** Ones in `clearable` clear. A port can be enabled only where there is a device. */
  write(n: number, value: number): void {
    const { ports } = this.#options;
    const before = ports[n]!;
    let now = (before & ~Port.writable & ~(value & Port.clearable)) | (value & Port.writable);
    if ((now & Port.connected) === 0) now &= ~Port.enabled;
    if ((value & ~before & Port.reset) !== 0) this.#device(n)?.resetBus();
    // The end of what is driven to wake the device up.
    if ((before & ~value & Port.resume) !== 0) now &= ~Port.suspended;
    ports[n] = now;
  }

  /** The device at an address, if its port lets packets through. */
  find(address: number): UsbDevice | null {
    const { ports } = this.#options;
    return this.#devices.find((device, n) => device?.address === address && isOpen(ports[n]!)) ?? null;
  }

  #deviceReady(n: number): void {
    const { ports, onReady, onResume } = this.#options;
    if ((ports[n]! & Port.suspended) === 0) onReady();
    else if (this.#device(n)!.mayWake && (ports[n]! & Port.resume) === 0) {
      ports[n]! |= Port.resume;
      onResume();
    }
  }
}

function isOpen(control: number): boolean {
  return (control & (Port.enabled | Port.suspended | Port.reset)) === Port.enabled;
}

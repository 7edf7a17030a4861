import { UsbBus } from '../../usb/bus.ts';
import type { UsbDevice } from '../../usb/device.ts';
import { PORTS, Port } from './registers.ts';

export interface RootHubOptions {
  /** The ports' registers, as part of the state. */
  readonly ports: number[];
  /** Name of the bus. */
  readonly bus: string;
  /** A device has something to say. */
  readonly onReady: () => void;
  /** A device ends the suspension of its port. */
  readonly onResume: () => void;
  /** Something was plugged in or pulled out. */
  readonly onPlug: () => void;
}

/** The two ports of the controller (2.1.7), and who is reached by them. */
export class RootHub {
  readonly #options: RootHubOptions;
  /** Wiring: what is plugged in. */
  readonly bus: UsbBus;

  constructor(options: RootHubOptions) {
    this.#options = options;
    this.bus = new UsbBus({
      ...{ controller: 'uhci', name: options.bus, ports: PORTS },
      plugged: (n) => this.#plugged(n),
      unplugged: (n) => this.#unplugged(n),
      ready: (n) => this.#deviceReady(n),
    });
  }

  #plugged(n: number): void {
    this.#options.ports[n]! |= Port.connected | Port.connectChanged;
    this.#options.onPlug();
  }

  /** The port is disabled with that (2.1.7). */
  #unplugged(n: number): void {
    const before = this.#options.ports[n]!;
    const wasEnabled = (before & Port.enabled) !== 0;
    const changed = Port.connectChanged | (wasEnabled ? Port.enableChanged : 0);
    this.#options.ports[n] = (before & ~(Port.connected | Port.enabled | Port.suspended | Port.resume)) | changed;
    this.#options.onPlug();
  }

  /** As after power-on: what is plugged in has just been found. */
  reset(): void {
    for (let n = 0; n < PORTS; n++) {
      const device = this.bus.device(n);
      device?.resetBus();
      this.#options.ports[n] = device ? Port.connected | Port.connectChanged : 0;
    }
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
    if ((value & ~before & Port.reset) !== 0) this.bus.device(n)?.resetBus();
    // The end of what is driven to wake the device up.
    if ((before & ~value & Port.resume) !== 0) now &= ~Port.suspended;
    ports[n] = now;
  }

  /** The device at an address, if its port lets packets through. */
  find(address: number): UsbDevice | null {
    const { ports } = this.#options;
    return this.bus.find(address, (n) => isOpen(ports[n]!));
  }

  #deviceReady(n: number): void {
    const { ports, onReady, onResume } = this.#options;
    if ((ports[n]! & Port.suspended) === 0) onReady();
    else if (this.bus.device(n)!.mayWake && (ports[n]! & Port.resume) === 0) {
      ports[n]! |= Port.resume;
      onResume();
    }
  }
}

function isOpen(control: number): boolean {
  return (control & (Port.enabled | Port.suspended | Port.reset)) === Port.enabled;
}

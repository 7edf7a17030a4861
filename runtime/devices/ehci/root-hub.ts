import { UsbBus } from '../../usb/bus.ts';
import type { UsbDevice } from '../../usb/device.ts';
import { PORTS, Port } from './registers.ts';

export interface RootHubOptions {
  /** The ports' registers, as part of the state. */
  readonly ports: number[];
  /** Name of the bus. */
  readonly bus: string;
  /** The guest is to know of a change. */
  readonly changed: () => void;
  /** A device has something to say. */
  readonly onReady: () => void;
}

/** The ports of the controller (2.3.9), and who is reached by them. */
export class RootHub {
  readonly #options: RootHubOptions;
  /** Wiring: what is plugged in, of high speed. */
  readonly bus: UsbBus;

  constructor(options: RootHubOptions) {
    this.#options = options;
    this.bus = new UsbBus({
      ...{ controller: 'ehci', name: options.bus, ports: PORTS },
      plugged: (n) => this.#replugged(n, Port.connected),
      unplugged: (n) => this.#replugged(n, 0),
      ready: (n) => this.#deviceReady(n),
    });
  }

  /** A port that had something is disabled without a change of that: it tells of disconnection alone (2.3.9). */
  #replugged(n: number, connected: number): void {
    const { ports, changed, onReady } = this.#options;
    const kept = ports[n]! & ~(Port.connected | Port.enabled | Port.suspended | Port.resume);
    ports[n] = kept | connected | Port.connectChanged;
    changed();
    onReady();
  }

  /** As after power-on: what is plugged in has just been found. */
  reset(): void {
    for (let n = 0; n < PORTS; n++) {
      const device = this.bus.device(n);
      device?.resetBus();
      this.#options.ports[n] = Port.power | (device ? Port.connected | Port.connectChanged : 0);
    }
  }

  read(n: number): number {
    return this.#options.ports[n]!;
  }

  /** Ones in `clearable` clear. A port is enabled by the end of a reset alone. */
  write(n: number, value: number): void {
    const { ports } = this.#options;
    const before = ports[n]!;
    const bits = value & ~before;
    let now = (before & ~(value & Port.clearable) & ~Port.writable) | (value & Port.writable);
    if ((value & Port.enabled) === 0 || (now & Port.owner) !== 0) now &= ~(Port.enabled | Port.suspended | Port.resume);
    if ((bits & Port.reset) !== 0) now = (now | Port.reset) & ~(Port.enabled | Port.suspended | Port.resume);
    if ((before & ~value & Port.reset) !== 0) now = this.#endReset(n, now);
    if ((now & Port.enabled) !== 0) now = suspension(now, before, value);
    ports[n] = now;
    this.#options.onReady();
  }

  #endReset(n: number, control: number): number {
    const device = (control & Port.owner) === 0 ? this.bus.device(n) : null;
    device?.resetBus();
    return (control & ~Port.reset) | (device ? Port.enabled : 0);
  }

  /** The device at an address, if its port lets packets through. */
  find(address: number): UsbDevice | null {
    const { ports } = this.#options;
    return this.bus.find(address, (n) => isOpen(ports[n]!));
  }

  #deviceReady(n: number): void {
    const { ports, changed, onReady } = this.#options;
    if ((ports[n]! & Port.suspended) === 0) onReady();
    else if (this.bus.device(n)!.mayWake && (ports[n]! & Port.resume) === 0) {
      ports[n]! |= Port.resume;
      changed();
    }
  }
}

/** The end of what is driven to wake the device up is that of its suspension. */
function suspension(now: number, before: number, value: number): number {
  if ((before & ~value & Port.resume) !== 0) return now & ~(Port.resume | Port.suspended);
  const suspended = now | (value & Port.suspended);
  return (suspended & Port.suspended) === 0 ? suspended : suspended | (value & Port.resume);
}

function isOpen(control: number): boolean {
  return (control & (Port.enabled | Port.suspended | Port.reset)) === Port.enabled;
}

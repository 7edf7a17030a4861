import { UsbBus } from '../../usb/bus.ts';
import type { UsbDevice } from '../../usb/device.ts';
import { CONNECTORS, Link, PORTS, Port, SpeedId } from './registers.ts';

export interface RootHubOptions {
  /** The ports' registers, as part of the state. */
  readonly ports: number[];
  /** Name of the bus. */
  readonly bus: string;
  /** Something about a port has changed, of which the guest is to know: its number, from 0 on. */
  readonly changed: (port: number) => void;
  /** The device of a connector has something to say. */
  readonly onReady: (connector: number) => void;
}

/** The port for USB 2 of a connector, from 0 on. That for USB 3 is the connector's number; nothing here is that fast. */
const portOf = (connector: number): number => CONNECTORS + connector;

/** The ports of the controller (4.19), and who is reached by them. */
export class RootHub {
  readonly #options: RootHubOptions;
  /** Wiring: what is plugged in, by connector. */
  readonly bus: UsbBus;

  constructor(options: RootHubOptions) {
    this.#options = options;
    this.bus = new UsbBus({
      ...{ controller: 'xhci', name: options.bus, ports: CONNECTORS },
      plugged: (connector) => this.#replugged(portOf(connector)),
      unplugged: (connector) => this.#replugged(portOf(connector)),
      ready: (connector) => this.#deviceReady(connector),
    });
  }

  /** Whatever the port did is over; what has changed stays noted until the guest clears it (4.19.1.1). */
  #replugged(port: number): void {
    const { ports, onReady } = this.#options;
    const kept = ports[port]! & (Port.clearable | (Port.writable & ~Port.stateMask));
    ports[port] = this.#present(port, kept);
    this.#tell(port, Port.connectChanged);
    // What waited for a device that is gone fails now.
    onReady(port - CONNECTORS);
  }

  /** A powered port with what is plugged into it, and these bits. */
  #present(port: number, bits: number): number {
    const device = this.#deviceOf(port);
    const kind = device ? Port.connected | (SpeedId[device.speed] << Port.speedShift) : 0;
    return withLink(kind | Port.power | bits, device ? Link.polling : Link.detect);
  }

  /** As after power-on, which QEMU calls a change of every port. */
  reset(): void {
    for (let port = 0; port < PORTS; port++) {
      this.#deviceOf(port)?.resetBus();
      this.#options.ports[port] = this.#present(port, Port.connectChanged);
    }
  }

  #deviceOf(port: number): UsbDevice | null {
    return this.bus.device(port - CONNECTORS);
  }

  /** The connector of a port, from 0 on, that has a device; null: it has none. */
  connectorOf(port: number): number | null {
    return this.#deviceOf(port) === null ? null : port - CONNECTORS;
  }

  read(port: number): number {
    return this.#options.ports[port]!;
  }

  /** Ones clear what has changed, and disable the port. A reset is over at once. */
  write(port: number, value: number): void {
    const { ports } = this.#options;
    if ((value & (Port.reset | Port.warmReset)) !== 0) {
      this.#reset(port);
      return;
    }
    let now = ports[port]! & ~(value & Port.clearable);
    now = (now & ~Port.writable) | (value & Port.writable);
    if ((value & now & Port.enabled) !== 0) now = withLink(now & ~Port.enabled, Link.disabled);
    ports[port] = now >>> 0;
    if ((value & Port.stateStrobe) !== 0) this.#moveLink(port, linkOf(value));
  }

  #reset(port: number): void {
    const { ports } = this.#options;
    const device = this.#deviceOf(port);
    if (device === null) return;
    device.resetBus();
    ports[port] = withLink(ports[port]! | Port.enabled, Link.active);
    this.#tell(port, Port.resetChanged);
  }

  /** The guest suspends the port, or ends that (4.15). */
  #moveLink(port: number, link: number): void {
    const { ports } = this.#options;
    const before = linkOf(ports[port]!);
    if ((ports[port]! & Port.enabled) === 0) return;
    if (link === Link.suspended && before < Link.suspended) ports[port] = withLink(ports[port]!, link);
    else if (link === Link.resume && before === Link.suspended) ports[port] = withLink(ports[port]!, link);
    else if (link === Link.active && before !== Link.active) {
      ports[port] = withLink(ports[port]!, link);
      this.#tell(port, Port.stateChanged);
      this.#options.onReady(port - CONNECTORS);
    }
  }

  /** Reports a change of a port. A change is not reported again before the guest has cleared it. */
  #tell(port: number, bit: number): void {
    const { ports, changed } = this.#options;
    if ((ports[port]! & bit) !== 0) return;
    ports[port] = (ports[port]! | bit) >>> 0;
    changed(port);
  }

  /** The device at a connector. waiting: its port is suspended. */
  find(connector: number): UsbDevice | 'waiting' | null {
    const control = this.#options.ports[portOf(connector)]!;
    if ((control & Port.enabled) === 0) return null;
    return linkOf(control) === Link.active ? (this.bus.devices[connector] ?? null) : 'waiting';
  }

  #deviceReady(connector: number): void {
    const { ports, onReady } = this.#options;
    const port = portOf(connector);
    if (linkOf(ports[port]!) !== Link.suspended) onReady(connector);
    else if (this.bus.devices[connector]!.mayWake) {
      ports[port] = withLink(ports[port]!, Link.resume);
      this.#tell(port, Port.stateChanged);
    }
  }
}

const linkOf = (control: number): number => (control & Port.stateMask) >>> Port.stateShift;
const withLink = (control: number, link: number): number =>
  ((control & ~Port.stateMask) | (link << Port.stateShift)) >>> 0;

import { Alarm, type Alarms } from './alarms.ts';
import type { HostDatagrams } from './host.ts';

/** A port of the host that speaks for one of a guest. */
interface HostPort {
  readonly datagrams: HostDatagrams;
}

interface OpenPort<Port> {
  readonly port: Port;
  /** When it was used last. */
  readonly used: number;
}

interface PortLimits {
  /** How many are open at most; the one that was used longest ago gives way. */
  readonly most: number;
  /** Milliseconds after its last use for which one stays open. */
  readonly idle: number;
}

/** Ports of the host that are open for guests, by the names of theirs. They close when they have not been used for long. */
export class IdlePorts<Port extends HostPort> {
  readonly #alarms: Alarms;
  readonly #alarm: Alarm;
  readonly #limits: PortLimits;
  /** The one that was used last is the last. */
  readonly #ports = new Map<string, OpenPort<Port>>();

  constructor(alarms: Alarms, limits: PortLimits) {
    this.#alarms = alarms;
    this.#alarm = new Alarm(alarms, () => this.#expire());
    this.#limits = limits;
  }

  /** The port of that name, if it is open. This is no use of it. */
  peek(name: string): Port | undefined {
    return this.#ports.get(name)?.port;
  }

  /** The port of that name, which is used now; `open` makes it if it is not there. */
  use(name: string, open: () => Port): Port {
    const now = this.#alarms.now();
    const known = this.#ports.get(name);
    if (!known && this.#ports.size >= this.#limits.most) this.#closeOldest();
    const port = known?.port ?? open();
    this.#ports.delete(name);
    this.#ports.set(name, { port, used: now });
    if (!this.#alarm.isSet) this.#alarm.set(now + this.#limits.idle);
    return port;
  }

  /** Names of those that are open, with the milliseconds that are left to each. */
  get left(): readonly (readonly [name: string, milliseconds: number])[] {
    const now = this.#alarms.now();
    return [...this.#ports].map(([name, { used }]) => [name, Math.max(used + this.#limits.idle - now, 0)]);
  }

  close(): void {
    for (const { port } of this.#ports.values()) port.datagrams.close();
    this.#ports.clear();
  }

  #closeOldest(): void {
    const [name, { port }] = this.#ports.entries().next().value!;
    this.#ports.delete(name);
    port.datagrams.close();
  }

  #expire(): void {
    const { idle } = this.#limits;
    const before = this.#alarms.now() - idle;
    for (let first = this.#first; first && first.used <= before; first = this.#first) this.#closeOldest();
    if (this.#first) this.#alarm.set(this.#first.used + idle);
  }

  get #first(): OpenPort<Port> | undefined {
    return this.#ports.values().next().value;
  }
}

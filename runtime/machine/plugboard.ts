import type { HostDoor } from '../host/door.ts';
import type { EventQueue, Timer } from '../time/events.ts';
import type { Part } from './board.ts';
import { nameOfPlugged, type PluggedDevice } from './plugged.ts';

/** Kinds of buses that devices come to and go from. */
export type PlugBusKind = 'usb' | 'pci' | 'processor';

/** The kind of bus that a device is on. */
function busKindOf(device: PluggedDevice): PlugBusKind {
  if (device.type === 'processor') return 'processor';
  return 'slot' in device ? 'pci' : 'usb';
}

/** A bus that devices can be plugged into. */
export interface PlugBus<Device> {
  /** Makes the device and plugs it in. Throws an Error where its place is taken. */
  plug(device: Device): Part;
  unplug(device: Device): void;
  /** Tells the guest of a device that was plugged in while it runs; left out: it sees that by itself. */
  announce?(device: Device): void;
  /** Asks the guest to let go of a device, which calls {@link Plugboard.eject} then; left out: nobody asks it. */
  ask?(device: Device): void;
  /** Whether the guest was asked so lately that it cannot have noticed. */
  isAsked?(device: Device): boolean;
}

/** The parts of the machine that belong to one device. */
interface Own {
  readonly timers: readonly Timer[];
  /** At the host's door. */
  readonly ports: readonly string[];
}

/** A device that is plugged in. */
interface Plugged extends Own {
  readonly device: PluggedDevice;
  readonly part: Part;
}

/** The devices plugged into a machine: those of its configuration, and those plugged in later. */
export class Plugboard {
  readonly #events: EventQueue;
  readonly #door: HostDoor;
  readonly #buses = new Map<PlugBusKind, PlugBus<PluggedDevice>>();
  /** Called when something was plugged in or pulled out, with what is plugged in now. */
  onChanged: (devices: readonly PluggedDevice[]) => void = () => {};
  /** Whether the state of a part of the machine has a name. Set by who has all of it. */
  hasState: (name: string) => boolean = () => false;
  /** Called when the guest has let go of something, just before it is out. */
  onEject: () => void = () => {};
  #plugged: readonly Plugged[] = [];
  /** At the start. */
  #configured: readonly PluggedDevice[] = [];

  constructor(events: EventQueue, door: HostDoor) {
    this.#events = events;
    this.#door = door;
  }

  /** There are buses of a kind; `ports` are those at the host's door that devices of them may have. */
  connect<Device extends PluggedDevice>(kind: PlugBusKind, bus: PlugBus<Device>, ports: readonly string[]): void {
    // A bus gets devices of its kind only.
    this.#buses.set(kind, bus as PlugBus<PluggedDevice>);
    this.#door.expect(ports);
  }

  /** The machine has this from its start. */
  configure(device: PluggedDevice): void {
    this.#configured = [...this.#configured, device];
    this.#plug(device);
  }

  get devices(): readonly PluggedDevice[] {
    return this.#plugged.map(({ device }) => device);
  }

  /** Slots of the PCI bus by the names of devices; undefined: it had one at the start, and is not there. */
  get pciSlots(): Readonly<Record<string, number | undefined>> {
    const slotsOf = (devices: readonly PluggedDevice[], isThere: boolean) =>
      devices.flatMap((device) =>
        'slot' in device ? [[nameOfPlugged(device), isThere ? device.slot : undefined] as const] : [],
      );
    return Object.fromEntries([...slotsOf(this.#configured, false), ...slotsOf(this.devices, true)]);
  }

  get parts(): readonly Part[] {
    return this.#plugged.map(({ part }) => part);
  }

  /** Whether a part of the machine, or a port at the host's door, has a name. */
  isTaken(name: string): boolean {
    return this.hasState(name) || this.#door.ports.includes(name);
  }

  /** Throws an Error where its place or its name is taken, or the machine has no such bus. */
  plug(device: PluggedDevice): void {
    this.#plug(device);
    this.#buses.get(busKindOf(device))!.announce?.(device);
    this.onChanged(this.devices);
  }

  #plug(device: PluggedDevice): void {
    const name = nameOfPlugged(device);
    const bus = this.#buses.get(busKindOf(device));
    if (bus === undefined) throw new Error(`there is no bus for ${name}`);
    if (this.#find(name)) throw new Error(`${name} is plugged in already`);
    if (this.isTaken(name)) throw new Error(`a part of the machine is called '${name}'; give the device another id`);
    const timers = new Set(this.#events.timers);
    const ports = new Set(this.#door.ports);
    const own = (): Own => ({
      timers: this.#events.timers.filter((timer) => !timers.has(timer)),
      ports: this.#door.ports.filter((port) => !ports.has(port)),
    });
    try {
      const part = bus.plug(device);
      this.#plugged = [...this.#plugged, { device, part, ...own() }];
    } catch (error) {
      this.#remove(own());
      throw error;
    }
  }

  /** Pulls it out, or has its guest let go of it first. Throws an Error where it is not plugged in. */
  unplug(name: string): void {
    const { device } = this.#known(name);
    const bus = this.#buses.get(busKindOf(device))!;
    if (bus.ask) bus.ask(device);
    else this.#pullOut(name);
  }

  /** Its guest was asked just now to let go of it. */
  isAsked(name: string): boolean {
    const { device } = this.#known(name);
    return this.#buses.get(busKindOf(device))!.isAsked?.(device) === true;
  }

  /** The guest has let go of it. */
  eject(name: string): void {
    this.onEject();
    this.#pullOut(name);
  }

  #pullOut(name: string): void {
    this.#unplug(name);
    this.onChanged(this.devices);
  }

  #unplug(name: string): void {
    const gone = this.#known(name);
    this.#plugged = this.#plugged.filter((one) => one !== gone);
    this.#buses.get(busKindOf(gone.device))!.unplug(gone.device);
    this.#remove(gone);
  }

  #remove({ timers, ports }: Own): void {
    for (const timer of timers) this.#events.remove(timer);
    for (const port of ports) this.#door.close(port);
    // The host may not know of it yet.
    this.#door.expect(ports);
  }

  /** Plugs in and pulls out what it takes to have these. A state is to be loaded next. */
  become(devices: readonly PluggedDevice[]): void {
    const wanted = new Set(devices.map(keyOf));
    const surplus = this.devices.filter((device) => !wanted.has(keyOf(device)));
    for (const device of surplus) this.#unplug(nameOfPlugged(device));
    const missing = devices.filter((device) => !this.#find(nameOfPlugged(device)));
    for (const device of missing) this.#plug(device);
    if (surplus.length + missing.length > 0) this.onChanged(this.devices);
  }

  /** Plugs in and pulls out what it takes to have those of the start. */
  restart(): void {
    this.become(this.#configured);
  }

  #find(name: string): Plugged | undefined {
    return this.#plugged.find(({ device }) => nameOfPlugged(device) === name);
  }

  #known(name: string): Plugged {
    const found = this.#find(name);
    if (found === undefined) throw new Error(`${name} is not plugged in`);
    return found;
  }
}

/** A text that tells devices apart. The lengths of their ROMs are enough, since a machine's ROMs do not change. */
const keyOf = (device: PluggedDevice): string =>
  JSON.stringify(device, (_, value: unknown) => (value instanceof Uint8Array ? value.length : value));

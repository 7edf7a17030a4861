import type { HostDoor } from '../host/door.ts';
import type { EventQueue, Timer } from '../time/events.ts';
import type { Part } from './board.ts';
import type { DriveConfig } from './drives.ts';
import type { UsbInput } from './models.ts';
import { usbInputPorts } from './resources.ts';
import type { UsbPort } from './usb-plan.ts';

/** A device that can be plugged in and pulled out while the machine runs, with its place. */
export type PluggedDevice = UsbPort &
  (
    | { readonly type: 'usb-input'; readonly input: UsbInput }
    | { readonly type: 'usb-disk'; readonly drive: DriveConfig }
  );

/** Its name: that of its state, and of its port at the host's door. */
export function nameOfPlugged(device: PluggedDevice): string {
  return device.type === 'usb-input' ? usbInputPorts[device.input] : device.drive.name;
}

/** What devices can be plugged into. */
export interface PlugBus {
  /** Makes the device and plugs it in. Throws an Error where its place is taken. */
  plug(device: PluggedDevice): Part;
  unplug(device: PluggedDevice): void;
}

/** What a device has of the machine. */
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

/** What is plugged into a machine: at its start what its configuration has, later what somebody has plugged in. */
export class Plugboard {
  readonly #events: EventQueue;
  readonly #door: HostDoor;
  #bus: PlugBus | null = null;
  /** Called when something was plugged in or pulled out, with what is plugged in now. */
  onChanged: (devices: readonly PluggedDevice[]) => void = () => {};
  #plugged: readonly Plugged[] = [];
  /** At the start. */
  #configured: readonly PluggedDevice[] = [];

  constructor(events: EventQueue, door: HostDoor) {
    this.#events = events;
    this.#door = door;
  }

  /** There is a bus, with this plugged in; `ports` are those at the host's door that devices of it may have. */
  connect(bus: PlugBus, configured: readonly PluggedDevice[], ports: readonly string[]): void {
    this.#bus = bus;
    this.#configured = configured;
    this.#door.expect(ports);
    for (const device of configured) this.#plug(device);
  }

  get devices(): readonly PluggedDevice[] {
    return this.#plugged.map(({ device }) => device);
  }

  get parts(): readonly Part[] {
    return this.#plugged.map(({ part }) => part);
  }

  /** Throws an Error where its place or its name is taken, or the machine has no such bus. */
  plug(device: PluggedDevice): void {
    this.#plug(device);
    this.onChanged(this.devices);
  }

  #plug(device: PluggedDevice): void {
    const name = nameOfPlugged(device);
    if (this.#bus === null) throw new Error(`there is no bus for ${name}`);
    if (this.#find(name)) throw new Error(`${name} is plugged in already`);
    const timers = new Set(this.#events.timers);
    const ports = new Set(this.#door.ports);
    const own = (): Own => ({
      timers: this.#events.timers.filter((timer) => !timers.has(timer)),
      ports: this.#door.ports.filter((port) => !ports.has(port)),
    });
    try {
      const part = this.#bus.plug(device);
      this.#plugged = [...this.#plugged, { device, part, ...own() }];
    } catch (error) {
      this.#remove(own());
      throw error;
    }
  }

  /** Throws an Error where it is not plugged in. */
  unplug(name: string): void {
    this.#unplug(name);
    this.onChanged(this.devices);
  }

  #unplug(name: string): void {
    const gone = this.#find(name);
    if (gone === undefined) throw new Error(`${name} is not plugged in`);
    this.#plugged = this.#plugged.filter((one) => one !== gone);
    this.#bus!.unplug(gone.device);
    this.#remove(gone);
  }

  #remove({ timers, ports }: Own): void {
    for (const timer of timers) this.#events.remove(timer);
    for (const port of ports) this.#door.close(port);
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
}

const keyOf = (device: PluggedDevice): string => JSON.stringify(device);

import {
  type UsbControllerModel,
  type UsbInput,
  usbControllers,
  usbInputNames,
  usbInputs,
} from '../../runtime/machine/catalogue/usb.ts';
import { defaultBus, type UsbBusPlan, type UsbPort } from '../../runtime/machine/usb-plan.ts';
import { type InputDevices, plugInput, unplugInput } from '../input/connect.ts';
import type { MachineStreams } from '../isolate/streams.ts';
import type { MachineParts } from '../machine/types.ts';
import { nameOfPlugged, type PluggedDevice, type PluggedUsbDevice } from '../machine-core.ts';
import {
  checkUsbPlace,
  portsOf,
  sortedPlaces,
  type UsbInputOptions,
  type UsbPlace,
  usbBuses,
  usbOptions,
  usbPlaces,
} from '../options/usb.ts';
import { checkedOneOf, checkNames, checkObject, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { ComingDevices, type ComingMachine, idsOf } from './coming-devices.ts';
import { type DiskMachine, diskOptionNames, type PluggedDiskOptions, PluggedDisks } from './plugged-disks.ts';

/** A USB controller's bus. */
export interface UsbBusInfo {
  /** Name of the bus, as of `UsbInputOptions.bus`. */
  readonly name: string;
  /** The model of its controller. */
  readonly controller: UsbControllerModel;
  /** How many it has. */
  readonly ports: number;
}

/** A device that is plugged into the USB. */
export interface PluggedUsb {
  /** The name by which it is pulled out. */
  readonly id: string;
  /** Whether it was given that name; else it is that of its kind, such as "usb-tablet", or of its drive. */
  readonly isNamed: boolean;
  /** The kind of device. */
  readonly device: UsbInput | 'disk';
  /** The bus that it is on (`UsbPorts.buses`). */
  readonly bus: string;
  /** Its port of that, from 1. */
  readonly port: number;
  /** For a disk: the name of its drive (`Machine.drives`). */
  readonly drive?: string;
}

/** A disk that is to be plugged into the USB. */
export interface UsbDiskOptions extends PluggedDiskOptions {
  /** Always "disk". */
  readonly device: 'disk';
  /** The name by which it is pulled out, as of `UsbInputOptions`. Default: the name of its drive, such as "usb0". */
  readonly id?: string;
  /** The bus that it is on, as of `UsbInputOptions`. */
  readonly bus?: string;
  /** Its port of that, from 1. Default: the next free one. */
  readonly port?: number;
}

/** The machine's parts and functions that its USB ports need. */
export interface UsbMachine extends DiskMachine, ComingMachine {
  readonly made: MachineParts;
  readonly streams: MachineStreams;
  readonly input: InputDevices;
  isMigrating(): boolean;
  unplugged(device: PluggedUsb): void;
}

const inputOptions = ['device', 'id', 'bus', 'port'];
const diskOptions = [...inputOptions, ...diskOptionNames];

/** The ports of a machine's USB controllers: what is plugged in, also while it runs. */
export class UsbPorts {
  readonly #machine: UsbMachine;
  readonly #buses: readonly UsbBusPlan[];
  /** By bus and port. */
  #places: readonly UsbPlace[];
  readonly #coming: ComingDevices<UsbPlace>;
  /** Devices that are pulled out when the guest next runs. */
  readonly #leaving = new Set<UsbPlace>();
  readonly #disks: PluggedDisks;
  #closing: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(machine: UsbMachine) {
    this.#machine = machine;
    this.#coming = new ComingDevices(machine);
    const { options, parts } = machine.made;
    this.#buses = usbBuses(options, parts.drives);
    this.#places = usbPlaces(options, parts.drives);
    this.#disks = new PluggedDisks(machine, machine.made.drives, parts.drives);
    for (const { device } of this.#places) if (device !== 'disk') plugInput(machine.streams, machine.input, device);
  }

  /** Whether the machine has a controller. */
  get isThere(): boolean {
    return this.#buses.length > 0;
  }

  /** The buses of its controllers, in their order. */
  get buses(): readonly UsbBusInfo[] {
    return this.#buses.map(({ name, model }) => ({ name, controller: model, ports: usbControllers[model].ports }));
  }

  /** The plugged-in devices, by bus and port. */
  get devices(): readonly PluggedUsb[] {
    return this.#places.map(shownPlace);
  }

  /**
   * Plugs a device in, with its machine running or not. While that is recorded the device is there when the guest next runs.
   * @param what a text alone is a keyboard, mouse or tablet
   * @throws ConfigurationError if there is no controller or no free port, the name is taken, or an image cannot be opened
   */
  plug(what: UsbInput | UsbInputOptions | UsbDiskOptions): Promise<PluggedUsb> {
    const options = typeof what === 'string' ? { device: what } : what;
    return this.#machine.made.drives.order.run(async () => shownPlace(await this.#plug(options)));
  }

  /**
   * Pulls a device out, whatever the guest is doing with it; the event `unplug` tells when it is out.
   * @param id its id, or the name that it has without one
   * @throws ConfigurationError if there is none
   */
  unplug(id: string): Promise<void> {
    return this.#machine.made.drives.order.run(async () => {
      const place = this.#all.find((one) => one.id === id || one.name === id);
      if (place === undefined) throw new ConfigurationError(`Device ${shown(id)} not found`);
      this.#checkStays('device_del');
      this.#leaving.add(place);
      await this.#machine.examine('unplug', place.name).catch((error: unknown) => {
        this.#leaving.delete(place);
        throw error;
      });
      await this.#closing;
    });
  }

  async #plug(options: UsbInputOptions | UsbDiskOptions): Promise<UsbPlace> {
    checkObject('what is plugged in', options, inputOptions);
    if (options.device !== 'disk') checkedOneOf('device', options.device, [...usbInputs, 'disk' as never]);
    checkNames('what is plugged in', options, options.device === 'disk' ? diskOptions : inputOptions);
    this.#checkStays('device_add');
    const { id, ...at } = this.#checkedPlace(options);
    if (options.device === 'disk') return await this.#plugDisk(options, { id, ...at });
    const name = usbInputNames[options.device];
    if (this.#all.some((one) => one.name === name))
      throw new ConfigurationError(`there can be one USB ${options.device}; pull out '${this.#idOf(name)}' first`);
    this.#checkId(id ?? name);
    const place = { name, id: id ?? name, device: options.device, ...at };
    await this.#coming.enter(place, { type: 'usb-input', input: options.device, ...at });
    return place;
  }

  async #plugDisk(options: UsbDiskOptions, { id, ...at }: UsbPort & { id?: string | undefined }) {
    const { device, ...disk } = options;
    const plan = this.#disks.plan('usb', { ...disk, ...at }, this.#all);
    const { name } = plan;
    this.#checkId(id ?? name);
    const place: UsbPlace = { name, id: id ?? name, device, ...at };
    await this.#disks.plug(plan, (drive) => this.#coming.enter(place, { type: 'usb-disk', drive, ...at }));
    return place;
  }

  /** The devices that will be there when all changes in progress are done. */
  get #all(): readonly UsbPlace[] {
    return [...this.#places, ...this.#coming.all].filter((place) => !this.#leaving.has(place));
  }

  /**
   * Names by which its devices are known.
   * @internal
   */
  get ids(): readonly string[] {
    return idsOf(this.#all);
  }

  #idOf(name: string): string {
    return this.#all.find((one) => one.name === name)!.id;
  }

  #checkStays(what: string): void {
    if (this.#machine.isMigrating()) throw new ConfigurationError(`${what} not allowed while migrating`);
  }

  #checkId(id: string): void {
    this.#coming.checkId(id, this.ids);
  }

  #checkedPlace(options: UsbInputOptions | UsbDiskOptions): UsbPort & { id: string | undefined } {
    const { device, id, port } = options;
    const driver = device === 'disk' ? 'usb-storage' : usbInputNames[device];
    if (!this.isThere) throw new ConfigurationError(`No 'usb-bus' bus found for device '${driver}'`);
    checkUsbPlace(driver, { ...(id !== undefined && { id }) });
    if (id !== undefined) this.#checkId(id);
    const { bus = defaultBus(this.#buses) } = options;
    return { id, bus, port: this.#checkedPort(driver, bus, port) };
  }

  #checkedPort(driver: string, bus: string, port: number | undefined): number {
    const ports = this.buses.find(({ name }) => name === bus)?.ports;
    if (ports === undefined) throw new ConfigurationError(`Bus '${bus}' not found`);
    const taken = this.#all.filter((one) => one.bus === bus).map((one) => one.port);
    const free = Array.from({ length: ports }, (_, n) => n + 1).find((one) => !taken.includes(one));
    if (port === undefined && free === undefined)
      throw new ConfigurationError(
        `tried to attach usb device ${driver} to a bus with no free ports; pull something out first`,
      );
    const place = port ?? free!;
    if (!Number.isInteger(place) || place < 1 || place > ports || taken.includes(place))
      throw new ConfigurationError(`usb port ${place} (bus ${bus}) not found (in use?)`);
    return place;
  }

  /**
   * The machine has these now.
   * @internal
   */
  update(all: readonly PluggedDevice[]): void {
    const devices = all.filter((device) => 'port' in device);
    const names = new Set(devices.map(nameOfPlugged));
    const gone = this.#places.filter(({ name }) => !names.has(name));
    const known = [...this.#places, ...this.#coming.all];
    const now = devices.map((device) => known.find(({ name }) => name === nameOfPlugged(device)) ?? replayed(device));
    const come = now.filter((place) => !this.#places.includes(place));
    // Something has changed on another bus.
    if (gone.length + come.length === 0) return;
    this.#coming.came(names);
    for (const place of gone) this.#leaving.delete(place);
    this.#places = sortedPlaces(this.#buses, now);
    this.#closing = Promise.all(gone.map((place) => this.#letGo(place)));
    for (const place of come) this.#connect(place, devices);
    this.#describe();
    for (const place of gone) this.#machine.unplugged(shownPlace(place));
  }

  #connect({ name, device }: UsbPlace, devices: readonly PluggedUsbDevice[]): void {
    const { streams, input } = this.#machine;
    if (device !== 'disk') {
      plugInput(streams, input, device);
      return;
    }
    const plugged = devices.find((one) => nameOfPlugged(one) === name) as PluggedUsbDevice & { type: 'usb-disk' };
    this.#disks.connect(plugged.drive);
  }

  async #letGo({ name, device }: UsbPlace): Promise<void> {
    const { streams, input } = this.#machine;
    if (device === 'disk') await this.#disks.letGo(name);
    else unplugInput(streams, input, device);
  }

  /** Updates the description of the machine's parts, for its snapshots and forks. */
  #describe(): void {
    const { made } = this.#machine;
    const ports = portsOf(this.#places);
    const others = made.parts.drives.filter(({ interface: bus }) => bus !== 'usb');
    const placed = this.#disks.plansOf(this.#places).map((plan) => ({ ...plan, ...ports[plan.name]! }));
    made.parts = { ...made.parts, drives: [...others, ...placed] };
    made.options = { ...made.options, usb: usbOptions(this.#places) };
  }
}

/** A device that a recording has plugged in, with the names of its place. */
function replayed(device: PluggedUsbDevice): UsbPlace {
  const name = nameOfPlugged(device);
  const { bus, port } = device;
  return { name, id: name, device: device.type === 'usb-input' ? device.input : 'disk', bus, port };
}

function shownPlace({ name, id, device, bus, port }: UsbPlace): PluggedUsb {
  return { id, isNamed: id !== name, device, bus, port, ...(device === 'disk' && { drive: name }) };
}

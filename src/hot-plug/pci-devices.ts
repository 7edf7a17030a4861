import { type PciCardModel, pciCardModels } from '../../runtime/machine/catalogue/network.ts';
import { FIRST_SLOT, LAST_SLOT } from '../../runtime/machine/pci-slots.ts';
import { RNG_NAME } from '../../runtime/machine/resources.ts';
import { type CardOptions, isDefaultName } from '../cards/options.ts';
import { type DrivePlan, isIdentifier } from '../drives/options.ts';
import type { MachineStreams } from '../isolate/streams.ts';
import type { MachineParts } from '../machine/types.ts';
import { nameOfPlugged, type PluggedDevice, type PluggedPciDevice } from '../machine-core.ts';
import { PCI_BUS, type PciSlots } from '../options/pci-slots.ts';
import { checkedOneOf, checkNames, checkObject, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { type BusDevice, ComingDevices, type ComingMachine, idsOf } from './coming-devices.ts';
import { type DiskMachine, diskOptionNames, type PluggedDiskOptions, PluggedDisks } from './plugged-disks.ts';

/** Disks on the PCI bus, each with a controller of its own. */
export type PciDiskModel = 'virtio-blk-pci' | 'nvme';
/** A device that can be plugged into the PCI bus, by QEMU's name. */
export type PluggablePciModel = PciCardModel | PciDiskModel | 'virtio-rng-pci';

const diskInterfaces = { 'virtio-blk-pci': 'virtio', nvme: 'nvme' } as const;
const RNG = 'virtio-rng-pci';

/** All of them. */
export const pluggablePciModels: readonly PluggablePciModel[] = [
  ...pciCardModels,
  ...(Object.keys(diskInterfaces) as PciDiskModel[]),
  RNG,
];

/** A device that is plugged into the PCI bus, and can be pulled out. */
export interface PluggedPci {
  /** The name by which it is pulled out. */
  readonly id: string;
  /** Whether it was given that name; else it is that of its card or drive, or "virtio-rng". */
  readonly isNamed: boolean;
  /** The model of the device. */
  readonly device: PluggablePciModel;
  /** Its slot of the bus. */
  readonly slot: number;
  /** For a disk: the name of its drive (`Machine.drives`). */
  readonly drive?: string;
  /** For a network card: its name (`Machine.network`). */
  readonly card?: string;
}

interface PciPlace {
  /** The name by which it is pulled out, letters, digits, `-`, `.` and `_` after a letter. Default: the name of its card or drive, or "virtio-rng". */
  readonly id?: string;
  /** Its slot, from 2 to 31. Default: the next free one. */
  readonly slot?: number;
}

/** A network card that is to be plugged in. Firmware has run already: it has no option ROM. */
export interface PciCardOptions extends PciPlace, Pick<CardOptions, 'mac' | 'backend' | 'backendName'> {
  /** Which one. */
  readonly device: PciCardModel;
}

/** A disk that is to be plugged in. */
export interface PciDiskOptions extends PciPlace, PluggedDiskOptions {
  /** Which one. */
  readonly device: PciDiskModel;
}

/** A source of random numbers that is to be plugged in. */
export interface PciRngOptions extends PciPlace {
  /** Always "virtio-rng-pci". */
  readonly device: typeof RNG;
}

/** Options of a device that can be plugged in. */
export type PciDeviceOptions = PciCardOptions | PciDiskOptions | PciRngOptions;

const placeOptions = ['device', 'id', 'slot'];
const cardOptions = [...placeOptions, 'mac', 'backend', 'backendName'];
const diskOptions = [...placeOptions, ...diskOptionNames];

/** The machine's parts and functions that its PCI bus needs. */
export interface PciMachine extends DiskMachine, ComingMachine {
  readonly made: MachineParts;
  readonly streams: MachineStreams;
  isMigrating(): boolean;
  unplugged(device: PluggedPci): void;
}

/** A device that may have no slot yet. */
interface Known extends BusDevice {
  readonly device: PluggablePciModel;
}

/** The PCI bus of a machine: what is plugged in, also while it runs, and can be pulled out. */
export class PciDevices {
  readonly #machine: PciMachine;
  #there: readonly (Known & { readonly slot?: number })[];
  readonly #coming: ComingDevices<Known & { readonly slot: number }>;
  readonly #disks: PluggedDisks;
  /** Where all functions were when something was last plugged in or pulled out. */
  #slots: PciSlots = {};

  /** @internal */
  constructor(machine: PciMachine) {
    this.#machine = machine;
    this.#coming = new ComingDevices(machine);
    const { options, parts } = machine.made;
    const cards = parts.cards.flatMap(({ name, model }) =>
      model === 'ne2k_isa' ? [] : [{ name, id: name, device: model }],
    );
    const disks = parts.drives.flatMap((plan) => {
      const device = modelOfDisk(plan);
      return device === undefined ? [] : [{ name: plan.name, id: plan.device ?? plan.name, device }];
    });
    this.#disks = new PluggedDisks(machine, machine.made.drives, parts.drives);
    this.#there = [
      ...cards,
      ...disks,
      ...(options.rng ? [{ name: RNG_NAME, id: RNG_NAME, device: RNG } as const] : []),
    ];
  }

  /** Whether systems can be notified of devices that are plugged in: this is done by ACPI. */
  get isPluggable(): boolean {
    return this.#machine.made.options.acpi !== false;
  }

  /** The plugged-in devices that can be pulled out, by slot. */
  async devices(): Promise<readonly PluggedPci[]> {
    const devices = await this.#machine.examine('pluggedDevices');
    return devices
      .filter((device) => 'slot' in device)
      .map((device) => shownDevice(this.#known(device), device.slot))
      .sort((a, b) => a.slot - b.slot);
  }

  /**
   * Plugs a device in, with its machine running or not; the guest is notified. While that is recorded the device is there when
   * the guest next runs.
   * @throws ConfigurationError if there is no free slot, the name is taken, or an image or a network cannot be opened
   */
  plug(options: PciDeviceOptions): Promise<PluggedPci> {
    return this.#machine.made.drives.order.run(() => this.#plug(options));
  }

  /**
   * Asks the guest to let go of a device. The event `unplug` tells when it has, which may be never: nothing is pulled out before, but by a reset.
   * @param id its id, or the name that it has without one
   * @throws ConfigurationError if there is none, or its guest was asked within the last millisecond of its time
   */
  unplug(id: string): Promise<void> {
    return this.#machine.made.drives.order.run(async () => {
      const problem = () => new ConfigurationError(`Device ${shown(id)} not found`);
      const found = this.find(id);
      if (found === undefined) throw problem();
      this.#check('device_del');
      await this.#lookAtSlots();
      const isAsked = await this.#machine.examine('unplug', found.name).catch((error: unknown) => {
        // The guest may have let go of it meanwhile.
        throw this.find(id) === undefined ? problem() : error;
      });
      if (!isAsked) throw new ConfigurationError(`Device ${id} is already in the process of unplug`);
    });
  }

  /**
   * The device of a name by which it can be pulled out.
   * @internal
   */
  find(id: string): { readonly name: string; readonly id: string } | undefined {
    return this.#there.find((one) => one.id === id || one.name === id);
  }

  async #plug(options: PciDeviceOptions): Promise<PluggedPci> {
    checkObject('what is plugged in', options, cardOptions);
    const { device } = options;
    checkedOneOf('device', device, pluggablePciModels);
    const isDisk = device in diskInterfaces;
    checkNames('what is plugged in', options, isDisk ? diskOptions : device === RNG ? placeOptions : cardOptions);
    this.#check('device_add');
    const { id } = options;
    if (id !== undefined) {
      if (!isIdentifier(id)) throw new ConfigurationError("Parameter 'id' expects an identifier");
      this.#checkId(id);
    }
    await this.#lookAtSlots();
    const slot = await this.#slotFor(options);
    if (isDisk) return await this.#plugDisk(options as PciDiskOptions, slot);
    if (device !== RNG) return await this.#plugCard(options as PciCardOptions, slot);
    if (this.#find(RNG_NAME)) throw new ConfigurationError(`there can be one ${RNG}; pull it out first`);
    const known = { name: RNG_NAME, id: id ?? RNG_NAME, device, slot };
    await this.#coming.enter(known, { type: 'pci-rng', slot });
    return shownDevice(known, slot);
  }

  async #plugDisk(options: PciDiskOptions, slot: number): Promise<PluggedPci> {
    const { device, slot: _, ...disk } = options;
    const plan = this.#disks.plan(diskInterfaces[device], disk, this.#all);
    const { name } = plan;
    this.#checkId(name);
    const known = { name, id: disk.id ?? name, device, slot };
    await this.#disks.plug(plan, (drive) => this.#coming.enter(known, { type: 'pci-disk', drive, slot }));
    return shownDevice(known, slot);
  }

  async #plugCard(options: PciCardOptions, slot: number): Promise<PluggedPci> {
    const { device, id, slot: _, ...others } = options;
    const { cards } = this.#machine.made;
    const card = await cards.add({ ...others, card: device, ...(id !== undefined && { name: id }) });
    try {
      this.#checkId(card.name);
      if (await this.#machine.examine('isTaken', card.name))
        throw new ConfigurationError(`Duplicate device ID '${card.name}'; a part of the machine is called so`);
      const known = { name: card.name, id: card.name, device, slot };
      await this.#coming.enter(known, { type: 'pci-card', card, slot });
      return shownDevice(known, slot);
    } catch (error) {
      await cards.remove(card.name);
      throw error;
    }
  }

  /** The devices that will be there when all changes in progress are done. */
  get #all(): readonly Known[] {
    return [...this.#there, ...this.#coming.all];
  }

  /**
   * Names by which its devices are known.
   * @internal
   */
  get ids(): readonly string[] {
    return idsOf(this.#all);
  }

  #find(name: string): Known | undefined {
    return this.#all.find((one) => one.name === name);
  }

  /** A device that a recording has plugged in, which has only the names of its place. */
  #known(device: PluggedPciDevice): Known {
    const name = nameOfPlugged(device);
    return this.#find(name) ?? { name, id: name, device: modelOf(device) };
  }

  #check(what: string): void {
    if (!this.isPluggable)
      throw new ConfigurationError(`Bus '${PCI_BUS}' does not support hotplugging, as the machine has no ACPI`);
    if (this.#machine.isMigrating()) throw new ConfigurationError(`${what} not allowed while migrating`);
  }

  #checkId(id: string): void {
    this.#coming.checkId(id, this.ids);
  }

  /** A function's name in messages: QEMU's name of its device, where it is one that can be pulled out. */
  #driverOf(name: string | undefined): string | undefined {
    const known = name === undefined ? undefined : this.#find(name);
    if (known === undefined) return name;
    return isNamed(known) ? `${known.device},id=${known.id}` : known.device;
  }

  /** Before anything changes: snapshots of then don't tell of them. */
  async #lookAtSlots(): Promise<void> {
    this.#slots = await this.#machine.examine('pciSlots');
    this.#machine.made.startSlots ??= this.#slots;
  }

  async #slotFor({ device, slot }: PciDeviceOptions): Promise<number> {
    const functions = await this.#machine.examine('pciFunctions');
    // Of a slot with several the first one is shown.
    const holders = new Map(functions.toReversed().map(({ number, name }) => [number >> 3, name.replace(/ pci$/, '')]));
    for (const one of this.#coming.all) holders.set(one.slot, one.name);
    const free = Array.from({ length: LAST_SLOT + 1 }, (_, n) => n).filter((n) => n >= FIRST_SLOT && !holders.has(n));
    if (slot === undefined && free[0] === undefined)
      throw new ConfigurationError(
        `PCI: no slot/function available for ${device}, all in use or reserved; pull something out first`,
      );
    const wanted = slot ?? free[0]!;
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > LAST_SLOT)
      throw new ConfigurationError(`Property '${device}.addr' doesn't take value '${wanted}'; give a slot up to 31`);
    const holder = this.#driverOf(holders.get(wanted));
    if (holder !== undefined)
      throw new ConfigurationError(
        `PCI: slot ${wanted} function 0 not available for ${device}, in use by ${holder}; give another slot, or none`,
      );
    return wanted;
  }

  /**
   * The machine has these now, in these slots.
   * @internal
   */
  update(all: readonly PluggedDevice[], pciSlots: PciSlots): void {
    const now = all
      .filter((device) => 'slot' in device)
      .map((device) => ({ device, known: this.#known(device), slot: device.slot }));
    const names = new Set(now.map(({ known }) => known.name));
    const gone = this.#there.filter(({ name }) => !names.has(name));
    const come = now.filter(({ known }) => !this.#there.some(({ name }) => name === known.name));
    if (gone.length + come.length === 0) return;
    this.#there = now.map(({ known, slot }) => ({ ...known, slot }));
    this.#coming.came(names);
    for (const { device } of come) this.#connect(device);
    this.#describe(pciSlots, all);
    for (const one of gone) {
      const { slot = this.#slots[one.name] ?? 0 } = one;
      void this.#letGo(one).then(() => this.#machine.unplugged(shownDevice(one, slot)));
    }
    this.#slots = pciSlots;
  }

  #connect(device: PluggedPciDevice): void {
    const { streams, made } = this.#machine;
    if (device.type === 'pci-card') made.cards.enter(device.card, streams);
    if (device.type === 'pci-disk') this.#disks.connect(device.drive);
  }

  async #letGo({ name, device }: Known): Promise<void> {
    const { streams, made } = this.#machine;
    if (device === RNG) return;
    if (device in diskInterfaces) return await this.#disks.letGo(name);
    streams.remove(name);
    await made.cards.remove(name);
  }

  /** Updates the description of the machine's parts, for its snapshots and forks. */
  #describe(pciSlots: PciSlots, all: readonly PluggedDevice[]): void {
    const { made } = this.#machine;
    const others = made.parts.drives.filter((plan) => modelOfDisk(plan) === undefined);
    const disks = this.#disks.plansOf(this.#there);
    const isaCards = made.parts.cards.filter(({ model }) => model === 'ne2k_isa');
    const cards = all.flatMap((device) => ('card' in device ? [device.card] : []));
    made.parts = { ...made.parts, drives: [...others, ...disks], cards: [...isaCards, ...cards] };
    made.options = { ...made.options, rng: this.#there.some(({ device }) => device === RNG), pciSlots };
  }
}

function modelOf(device: PluggedPciDevice): PluggablePciModel {
  if (device.type === 'pci-card') return device.card.model as PciCardModel;
  return device.type === 'pci-rng' ? RNG : modelOfDisk(device.drive)!;
}

/** Undefined: it has no controller of its own on the PCI bus. */
function modelOfDisk({ interface: kind }: Pick<DrivePlan, 'interface'>): PciDiskModel | undefined {
  return (Object.keys(diskInterfaces) as PciDiskModel[]).find((model) => diskInterfaces[model] === kind);
}

function isCard(device: PluggablePciModel): device is PciCardModel {
  return device !== RNG && !(device in diskInterfaces);
}

/** The name of a card is its id, whether it was given or not. */
function isNamed({ name, id, device }: Known): boolean {
  return isCard(device) ? !isDefaultName(device, id) : id !== name;
}

function shownDevice(known: Known, slot: number): PluggedPci {
  const { name, id, device } = known;
  const kind = isCard(device) ? { card: name } : device === RNG ? {} : { drive: name };
  return { id, isNamed: isNamed(known), device, slot, ...kind };
}

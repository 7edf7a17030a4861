import {
  type PluggablePciModel,
  pluggablePciModels,
  pluggablePciRows,
} from '../../runtime/machine/catalogue/pluggable.ts';
import type { PciPlugType } from '../../runtime/machine/catalogue/row.ts';
import { FIRST_SLOT, LAST_SLOT } from '../../runtime/machine/pci-slots.ts';
import { isIdentifier } from '../drives/options.ts';
import { modelOfPlugged, nameOfPlugged, type PluggedDevice, type PluggedPciDevice } from '../machine-core.ts';
import { PCI_BUS, type PciSlots } from '../options/pci-slots.ts';
import { checkedOneOf, checkNames, checkObject, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { ComingDevices, idsOf } from './coming-devices.ts';
import { type KnownPci, type PciKind, type PciKindMachine, type PlacedPci, pciKinds } from './pci-kinds.ts';
import type { PciDeviceOptions, PluggedPci } from './pci-options.ts';

const placeOptions = ['device', 'id', 'slot'];

/** The machine's parts and functions that its PCI bus needs. */
export interface PciMachine extends PciKindMachine {
  isMigrating(): boolean;
  unplugged(device: PluggedPci): void;
}

/** The PCI bus of a machine: what is plugged in, also while it runs, and can be pulled out. */
export class PciDevices {
  readonly #machine: PciMachine;
  #there: readonly (KnownPci & { readonly slot?: number })[];
  readonly #coming: ComingDevices<PlacedPci>;
  readonly #kinds: Readonly<Record<PciPlugType, PciKind>>;
  /** Where all functions were when something was last plugged in or pulled out. */
  #slots: PciSlots = {};

  /** @internal */
  constructor(machine: PciMachine) {
    this.#machine = machine;
    this.#coming = new ComingDevices(machine);
    this.#kinds = pciKinds(machine, {
      all: () => this.#all,
      checkId: (id) => this.#checkId(id),
      enter: (known, device) => this.#coming.enter(known, device),
    });
    this.#there = Object.values(this.#kinds).flatMap(({ configured }) => configured);
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
      .map((device) => this.#shown(this.#known(device), device.slot))
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
    checkObject('what is plugged in', options, placeOptions);
    checkedOneOf('device', options.device, pluggablePciModels);
    const kind = this.#kindOf(options.device);
    checkNames('what is plugged in', options, [...placeOptions, ...kind.options]);
    this.#check('device_add');
    const { id } = options;
    if (id !== undefined) {
      if (!isIdentifier(id)) throw new ConfigurationError("Parameter 'id' expects an identifier");
      this.#checkId(id);
    }
    await this.#lookAtSlots();
    const slot = await this.#slotFor(options);
    return this.#shown(await kind.plug(options, slot), slot);
  }

  #kindOf(model: PluggablePciModel): PciKind {
    return this.#kinds[pluggablePciRows[model].plugType];
  }

  #shown(known: KnownPci, slot: number): PluggedPci {
    const { name, id, device } = known;
    const kind = this.#kindOf(device);
    return { id, isNamed: kind.isNamed(known), device, slot, ...kind.partOf(name) };
  }

  /** The devices that will be there when all changes in progress are done. */
  get #all(): readonly KnownPci[] {
    return [...this.#there, ...this.#coming.all];
  }

  /**
   * Names by which its devices are known.
   * @internal
   */
  get ids(): readonly string[] {
    return idsOf(this.#all);
  }

  #find(name: string): KnownPci | undefined {
    return this.#all.find((one) => one.name === name);
  }

  /** A device that a recording has plugged in, which has only the names of its place. */
  #known(device: PluggedPciDevice): KnownPci {
    const name = nameOfPlugged(device);
    return this.#find(name) ?? { name, id: name, device: modelOfPlugged(device) };
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
    return this.#kindOf(known.device).isNamed(known) ? `${known.device},id=${known.id}` : known.device;
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
    for (const { device } of come) this.#kinds[device.type].connect(device);
    this.#describe(pciSlots, all);
    for (const one of gone) {
      const { slot = this.#slots[one.name] ?? 0 } = one;
      void this.#kindOf(one.device)
        .letGo(one.name)
        .then(() => this.#machine.unplugged(this.#shown(one, slot)));
    }
    this.#slots = pciSlots;
  }

  /** Updates the description of the machine's parts, for its snapshots and forks. */
  #describe(pciSlots: PciSlots, all: readonly PluggedDevice[]): void {
    for (const kind of Object.values(this.#kinds)) kind.describe(this.#there, all);
    const { made } = this.#machine;
    made.options = { ...made.options, pciSlots };
  }
}

import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { MachineDrives } from '../drives/index.ts';
import type { SavedMedia } from '../drives/saved-medium.ts';
import { movedPciText, pluggedPciText } from '../hot-plug/plugged-pci.ts';
import type { Call } from '../isolate/protocol.ts';
import type { MachineParts } from '../machine/types.ts';
import type { MachineImage } from '../machine-core.ts';
import { differencesText, type OptionDifference, otherOptions } from '../options/differences.ts';
import type { MachineOptions } from '../options/options.ts';
import { presentText } from '../options/processors.ts';
import { pluggedText } from '../options/usb.ts';
import type { SavedShares } from '../shares/index.ts';
import type { InOrder } from '../storage/in-order.ts';
import { checkNames, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { type Compressor, type Method, uncompressed } from './compression.ts';
import { SnapshotError } from './layout.ts';
import { type MachineSnapshot, openMachine, readMachine, type SnapshotBytes } from './machine.ts';
import { checkUnrecorded, checkWhole, deviceDifferences, NAME, restoredOptions, savedOptions } from './options.ts';

/** All that changes while a machine runs. */
export interface WholeState {
  readonly components: SavedComponents;
  readonly media: SavedMedia;
  readonly shares: SavedShares;
}

/** The parts of a machine outside of its isolate. */
type Outside = Pick<WholeState, 'media' | 'shares'>;

/** A machine's state with memory that other machines in this process share. */
export interface SharedState {
  /** The options of the machine. */
  readonly options: MachineOptions;
  readonly image: MachineImage;
  readonly media: SavedMedia;
  readonly shares: SavedShares;
}

/**
 * The machine has refused a state.
 * @param name what it has refused, for messages
 * @param differences options that may be the reason
 */
function unfit(name: string, { message }: Error, differences: readonly OptionDifference[]): SnapshotError {
  return new SnapshotError(name, otherOptions(differencesText(differences) || message), differences);
}

/** Its own time, in nanoseconds. */
function clockOf({ clock }: SavedComponents): bigint {
  return BigInt(Math.floor((clock as { readonly time: number }).time));
}

/** How a snapshot is written. */
export interface SnapshotSettings {
  /**
   * Default: the host's quickest. Browsers write `deflate`. `none` gives a file of two to three times the size, which is
   * restored without being unpacked, and in a SharedArrayBuffer without a copy for the machine's thread.
   */
  readonly compression?: Method;
}

/** The state of a machine as a whole: what its isolate has, and what is in its drives. */
export class MachineStates {
  readonly #call: Call;
  readonly #machine: MachineParts;
  readonly #loaded: () => void;
  /** Tells the machine from all others. */
  readonly #name = crypto.randomUUID();

  /** @param loaded called when the machine has got another state */
  constructor(call: Call, machine: MachineParts, loaded: () => void) {
    this.#call = call;
    this.#machine = machine;
    this.#loaded = loaded;
  }

  get #drives(): MachineDrives {
    return this.#machine.drives;
  }

  get #order(): InOrder {
    return this.#drives.order;
  }

  /** The options of the machine, for a snapshot. */
  get #options(): Saved {
    return savedOptions(this.#machine.options, this.#machine.parts);
  }

  /** Waits until nobody saves the state or loads one, and keeps others from that until the function is called. */
  lock(): Promise<() => void> {
    return this.#order.lock();
  }

  /** Does what changes the state when nobody saves one or loads one. */
  undisturbed(act: () => Promise<void>): Promise<void> {
    return this.#order.run(act);
  }

  async #encode(state: WholeState, compressor: Compressor): Promise<Uint8Array<ArrayBuffer>> {
    // In the order in which they are asked for: what stands before memory is read while that is unpacked.
    const { media, shares, components } = state as unknown as { readonly [name: string]: Saved };
    const { writeSnapshot } = await import('./write.ts');
    return await writeSnapshot({ options: this.#options, media, shares, components }, compressor);
  }

  /**
   * Reads a snapshot's bytes.
   * @throws SnapshotError
   */
  decode(snapshot: SnapshotBytes): Promise<MachineSnapshot> {
    return readMachine(snapshot, this.#machine.host);
  }

  /**
   * The state at one moment, as a file. The machine stands still until it is there, and runs on while the file is made.
   * @throws ConfigurationError if a snapshot cannot hold what is in a drive, or the host has no such compression
   */
  async save(settings: SnapshotSettings = {}): Promise<Uint8Array<ArrayBuffer>> {
    checkNames('the argument of snapshot()', settings, ['compression']);
    const compressor = this.#compressorBy(settings.compression);
    return await this.#encode(await this.#present(), compressor);
  }

  #compressorBy(method: Method | undefined): Compressor {
    const { compressor, portableCompressor } = this.#machine.host;
    const possible = [compressor, portableCompressor, uncompressed(compressor)];
    const found = possible.find((one) => method === undefined || one.method === method);
    if (found) return found;
    const known = new Set(possible.map((one) => one.method));
    throw new ConfigurationError(`compression is ${shown(method)}; here it is one of: ${[...known].join(', ')}`);
  }

  /**
   * The state at one moment, for other machines in this process.
   * @throws ConfigurationError as `save`
   */
  image(): Promise<SharedState> {
    return this.#frozen(async () => {
      const image = (await this.#call('transfer', 'image', [this.#name])) as MachineImage;
      checkWhole(this.#machine);
      const [media, shares] = await this.#outside();
      return { options: restoredOptions(this.#options), image, media, shares };
    });
  }

  /**
   * Goes on from such a state.
   * @throws ConfigurationError if it doesn't fit
   */
  become({ image, options, ...outside }: SharedState): Promise<void> {
    return this.#frozen(() =>
      this.#loadOutside(outside, async () => {
        await this.#call('transfer', 'become', [image]).catch((error: Error) => {
          throw unfit('the fork', error, this.#differencesFrom(options));
        });
        this.#tellLoaded();
      }),
    );
  }

  #present(): Promise<WholeState> {
    return this.#frozen(async () => {
      const components = await this.#components();
      const [media, shares] = await this.#outside();
      return { components, media, shares };
    });
  }

  /** The media in its drives, and the contents of folders in memory. */
  async #outside(): Promise<[SavedMedia, SavedShares]> {
    return [await this.#drives.save(), await this.#machine.shares.save()];
  }

  /** Puts that back, and does something; all is as it was if it fails. `name`: of a snapshot within images. */
  async #loadOutside({ media, shares }: Outside, act: () => Promise<void>, name?: string): Promise<void> {
    // First of all: disks that go back to a snapshot within their images cannot be as they were again.
    const loadShares = await this.#machine.shares.stage(shares);
    await this.#drives.load(media, () => loadShares(act), name);
  }

  async #components(): Promise<SavedComponents> {
    const components = await this.#call('save');
    checkWhole(this.#machine);
    return components;
  }

  /**
   * Keeps the state at one moment within images.
   * @throws ConfigurationError if an image cannot have it
   */
  saveWithin(name: string): Promise<void> {
    return this.#frozen(async () => {
      const components = await this.#components();
      const state = await this.#encode(
        { components, media: await this.#drives.snapshots.save(), shares: await this.#machine.shares.save() },
        this.#machine.host.compressor,
      );
      const date = BigInt(Date.now()) * 1_000_000n;
      const instructions = await this.#instructions();
      await this.#drives.snapshots.create({ name, date, clock: clockOf(components), instructions, state });
    });
  }

  /** How many have been executed; undefined where they are not counted. */
  async #instructions(): Promise<bigint | undefined> {
    const isCounted = this.#machine.options.icount !== undefined;
    return isCounted ? BigInt((await this.#call('metrics')).instructions) : undefined;
  }

  /**
   * Goes back to what is kept within images.
   * @throws ConfigurationError if there is no such state, or it doesn't fit; nothing has changed then
   */
  loadWithin(name: string): Promise<void> {
    return this.#frozen(async () => {
      checkUnrecorded(this.#machine.options);
      const snapshot = await this.decode(await this.#drives.snapshots.state(name));
      this.#checkPlugged(snapshot);
      await this.#fitting('check', snapshot);
      await this.#loadOutside(snapshot, () => this.#load(snapshot), name);
    });
  }

  /**
   * The options of the machine whose state is kept within images.
   * @throws ConfigurationError if there is no such state
   */
  async optionsWithin(name: string): Promise<MachineOptions> {
    const { options } = await openMachine(await this.#drives.snapshots.state(name), this.#machine.host);
    return options;
  }

  async #load(snapshot: MachineSnapshot): Promise<void> {
    await this.#fitting('load', snapshot);
    this.#tellLoaded();
  }

  #tellLoaded(): void {
    this.#loaded();
    this.#machine.generation.begin();
    // What cards are connected to is of here and now, whatever it was when the state was saved.
    for (const card of this.#machine.cards.all) card.tellLink();
  }

  async #fitting(name: 'check' | 'load', { components, options }: MachineSnapshot): Promise<void> {
    await this.#call(name, components).catch((error: Error) => {
      throw unfit(NAME, error, this.#differencesFrom(options));
    });
  }

  /** @throws SnapshotError where something else is plugged in: the images of disks that were are of then and there */
  #checkPlugged({ options }: MachineSnapshot): void {
    const both = [options, restoredOptions(this.#options)];
    const { startSlots = {} } = this.#machine;
    const buses = {
      'on the USB': both.map(pluggedText),
      'in the places of processors': both.map(presentText),
      'on the PCI bus': both.map((one) => pluggedPciText(one, startSlots)),
    };
    const differing = Object.entries(buses).find(([, [then, now]]) => then !== now);
    if (differing !== undefined) {
      const [bus, [then, now]] = differing;
      throw new SnapshotError(
        NAME,
        `was taken with ${then} ${bus}, where there is ${now} now; plug in and pull out what differs first (device_add, device_del)`,
        // Slots differ because cards do.
        this.#differencesFrom(options).filter(({ path }) => !path.startsWith('pciSlots')),
      );
    }
    const moved = movedPciText(options, both[1]!, startSlots);
    if (moved !== undefined)
      throw new SnapshotError(
        NAME,
        `was taken with ${moved[0]} of the PCI bus, and here it is in ${moved[1]}; give -loadvm or pciSlots when the machine is started`,
      );
  }

  #differencesFrom(options: MachineOptions): OptionDifference[] {
    return deviceDifferences(options, restoredOptions(this.#options));
  }

  /**
   * Puts a state in the place of the present one.
   * @throws ConfigurationError if it doesn't fit the machine, or what is in its drives; nothing has changed then
   */
  load(snapshot: MachineSnapshot): Promise<void> {
    return this.#frozen(async () => {
      checkUnrecorded(this.#machine.options);
      this.#checkPlugged(snapshot);
      await this.#loadOutside(snapshot, () => this.#load(snapshot));
    });
  }

  /** Stops the machine, whatever else it is told, and keeps others from saving, loading and resetting it until the function is called. */
  async freeze(): Promise<() => Promise<void>> {
    const unlock = await this.lock();
    try {
      await this.#drives.withoutLimits(() => this.#call('freeze'));
    } catch (error) {
      unlock();
      throw error;
    }
    return async () => {
      // It may have ended: nothing is to be thawed then.
      await this.#call('thaw').catch(() => {});
      unlock();
    };
  }

  async #frozen<Result>(act: () => Promise<Result>): Promise<Result> {
    const thaw = await this.freeze();
    try {
      return await act();
    } finally {
      await thaw();
    }
  }
}

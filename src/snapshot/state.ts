import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import type { MachineDrives } from '../drives/index.ts';
import type { SavedMedia } from '../drives/saved-medium.ts';
import type { CallName, Calls } from '../isolate/protocol.ts';
import { InOrder } from '../storage/in-order.ts';
import { SnapshotError } from './layout.ts';
import { NAME } from './options.ts';

/** Asks a machine's isolate. */
type Call = <Name extends CallName>(name: Name, ...args: Parameters<Calls[Name]>) => Promise<ReturnType<Calls[Name]>>;

/** All that changes while a machine runs. */
export interface WholeState {
  readonly components: SavedComponents;
  readonly media: SavedMedia;
}

/** The machine has refused a state. */
function unfit({ message }: Error): SnapshotError {
  return new SnapshotError(NAME, `is of a machine with other options: ${message}`);
}

/** Its own time, in nanoseconds. */
function clockOf({ clock }: SavedComponents): bigint {
  return BigInt(Math.floor((clock as { readonly time: number }).time));
}

/** What it takes to save and load a machine. */
interface StateParts {
  readonly call: Call;
  readonly drives: MachineDrives;
  readonly encode: (state: WholeState) => Promise<Uint8Array>;
  readonly decode: (snapshot: Uint8Array) => Promise<WholeState>;
  /** Called when a state has been loaded. */
  readonly loaded: () => void;
}

/** The state of a machine as a whole: what its isolate has, and what is in its drives. */
export class MachineStates {
  readonly #call: Call;
  readonly #drives: MachineDrives;
  readonly #encode: (state: WholeState) => Promise<Uint8Array>;
  /** The other way round from `save`. */
  readonly decode: (snapshot: Uint8Array) => Promise<WholeState>;
  readonly #loaded: () => void;
  readonly #order = new InOrder();

  /** @param parts `encode` makes a file of a state, `decode` the other way round */
  constructor({ call, drives, encode, decode, loaded }: StateParts) {
    this.#call = call;
    this.#drives = drives;
    this.#encode = encode;
    this.decode = decode;
    this.#loaded = loaded;
  }

  /**
   * The state at one moment, as a file. The machine stands still until it is there, and runs on while the file is made.
   * @throws ConfigurationError if a snapshot cannot hold what is in a drive
   */
  async save(): Promise<Uint8Array> {
    const state = await this.#frozen(async () => ({
      components: await this.#call('save'),
      media: await this.#drives.save(),
    }));
    return await this.#encode(state);
  }

  /**
   * Keeps the state at one moment within images.
   * @throws ConfigurationError if an image cannot have it
   */
  saveWithin(name: string): Promise<void> {
    return this.#frozen(async () => {
      const components = await this.#call('save');
      const state = await this.#encode({ components, media: await this.#drives.snapshots.save() });
      const date = BigInt(Date.now()) * 1_000_000n;
      await this.#drives.snapshots.create({ name, date, clock: clockOf(components), state });
    });
  }

  /**
   * Goes back to what is kept within images.
   * @throws ConfigurationError if there is no such state, or it doesn't fit; nothing has changed then
   */
  loadWithin(name: string): Promise<void> {
    return this.#frozen(async () => {
      const { components, media } = await this.decode(await this.#drives.snapshots.state(name));
      await this.#fitting('check', components);
      await this.#drives.load(media, () => this.#load(components), name);
    });
  }

  async #load(components: SavedComponents): Promise<void> {
    await this.#fitting('load', components);
    this.#loaded();
  }

  async #fitting(name: 'check' | 'load', components: SavedComponents): Promise<void> {
    await this.#call(name, components).catch((error: Error) => {
      throw unfit(error);
    });
  }

  /**
   * Puts a state in the place of the present one.
   * @throws ConfigurationError if it doesn't fit the machine, or what is in its drives; nothing has changed then
   */
  load({ components, media }: WholeState): Promise<void> {
    return this.#frozen(() => this.#drives.load(media, () => this.#load(components)));
  }

  async #frozen<Result>(act: () => Promise<Result>): Promise<Result> {
    return await this.#order.run(async () => {
      await this.#call('freeze');
      try {
        return await act();
      } finally {
        // It may have ended: nothing is to be thawed then.
        await this.#call('thaw').catch(() => {});
      }
    });
  }
}

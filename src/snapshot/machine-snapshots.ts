import type { DriveSnapshots } from '../drives/image-snapshots.ts';
import type { MachineDrives } from '../drives/index.ts';
import type { MachineOptions } from '../options/options.ts';
import { Emitter } from '../util/events.ts';
import type { MachineStates } from './state.ts';

/** Events of a machine's snapshots. */
export interface SnapshotEvents {
  /** The machine stands still from now on, if it runs, as one is taken or returned to; or that is over. */
  readonly still: boolean;
}

/**
 * Snapshots of a machine that are kept within its qcow2 images, with the disks' contents: QEMU's `savevm`, `loadvm`, `delvm` and
 * `info snapshots`. Each image that the guest can write must be a qcow2 image; the first one has the state of the machine.
 */
export class MachineSnapshots extends Emitter<SnapshotEvents> {
  readonly #states: MachineStates;
  readonly #drives: MachineDrives;
  /** How many are being taken or returned to, one after the other. */
  #underWay = 0;

  /** @internal */
  constructor(states: MachineStates, drives: MachineDrives) {
    super();
    this.#states = states;
    this.#drives = drives;
  }

  /**
   * Takes one of the machine and its disks; it takes the place of one of that name. The machine stands still meanwhile.
   * @param name default: "vm-" with date and time
   * @throws ConfigurationError if an image cannot have it
   */
  async save(name: string = timeName(new Date())): Promise<void> {
    await this.#still(() => this.#states.saveWithin(name));
  }

  /**
   * Puts the machine and its disks back to one. It runs on if it runs.
   * @throws ConfigurationError if there is none, or it doesn't fit the machine; all is as it was then
   */
  async load(name: string): Promise<void> {
    await this.#still(() => this.#states.loadWithin(name));
  }

  /**
   * The options of the machine that a snapshot was taken of.
   * @throws ConfigurationError if there is none
   * @internal
   */
  options(name: string): Promise<MachineOptions> {
    return this.#states.optionsWithin(name);
  }

  async #still(act: () => Promise<void>): Promise<void> {
    if (this.#underWay++ === 0) void this.emit('still', true);
    try {
      await act();
    } finally {
      if (--this.#underWay === 0) void this.emit('still', false);
    }
  }

  /**
   * Forgets one, if it is there.
   * @throws ConfigurationError if an image cannot be changed
   */
  async delete(name: string): Promise<void> {
    await this.#drives.order.run(() => this.#drives.snapshots.delete(name));
  }

  /**
   * The snapshots of each image that has some, the oldest first.
   * @throws ConfigurationError if there is no such image
   */
  list(): Promise<readonly DriveSnapshots[]> {
    return this.#drives.order.run(() => this.#drives.snapshots.list());
  }
}

function timeName(date: Date): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return `vm-${[...parts, ...time].map((part) => String(part).padStart(2, '0')).join('')}`;
}

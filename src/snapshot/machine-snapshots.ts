import type { DriveSnapshots } from '../drives/image-snapshots.ts';
import type { MachineDrives } from '../drives/index.ts';
import type { MachineStates } from './state.ts';

/**
 * Snapshots of a machine that are kept within its qcow2 images, with the disks' contents: QEMU's `savevm`, `loadvm`, `delvm` and
 * `info snapshots`. Each image that the guest can write must be a qcow2 image; the first one has the state of the machine.
 */
export class MachineSnapshots {
  readonly #states: MachineStates;
  readonly #drives: MachineDrives;

  /** @internal */
  constructor(states: MachineStates, drives: MachineDrives) {
    this.#states = states;
    this.#drives = drives;
  }

  /**
   * Takes one of the machine and its disks; it takes the place of one of that name. The machine stands still meanwhile.
   * @param name default: "vm-" with date and time
   * @throws ConfigurationError if an image cannot have it
   */
  async save(name: string = timeName(new Date())): Promise<void> {
    await this.#states.saveWithin(name);
  }

  /**
   * Puts the machine and its disks back to one. It runs on if it runs.
   * @throws ConfigurationError if there is none, or it doesn't fit the machine; all is as it was then
   */
  async load(name: string): Promise<void> {
    await this.#states.loadWithin(name);
  }

  /**
   * Forgets one, if it is there.
   * @throws ConfigurationError if an image cannot be changed
   */
  async delete(name: string): Promise<void> {
    await this.#drives.snapshots.delete(name);
  }

  /**
   * Those of each image that has them, the oldest first.
   * @throws ConfigurationError if there is an image that cannot have any
   */
  list(): Promise<readonly DriveSnapshots[]> {
    return this.#drives.snapshots.list();
  }
}

function timeName(date: Date): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return `vm-${[...parts, ...time].map((part) => String(part).padStart(2, '0')).join('')}`;
}

import type { DriveConfig } from '../../runtime/machine/drives.ts';
import { configOf, type MachineDrives } from '../drives/index.ts';
import { type DriveOptions, type DrivePlan, type PluggableInterface, planPluggedDisk } from '../drives/options.ts';
import { ConfigurationError } from '../util/errors.ts';

/** A disk that is to be plugged in, whatever it is plugged into. */
export interface PluggedDiskOptions
  extends Pick<DriveOptions, 'image' | 'format' | 'readOnly' | 'snapshot' | 'serial' | 'limits'> {
  /** The name of its drive in monitors, as of `DriveOptions`. */
  readonly drive?: string;
}

/** Their names. */
export const diskOptionNames: readonly (keyof PluggedDiskOptions)[] = [
  ...(['drive', 'image', 'format', 'readOnly', 'snapshot', 'serial', 'limits'] as const),
];

/** The machine's functions that the disks of a bus need. */
export interface DiskMachine {
  /** Resolves when a disk that was pulled out has answered all that it was asked for. */
  answered(drive: string): Promise<void>;
  /** It is still to arrive from another process. */
  isAwaited(): boolean;
}

/** Where a disk is to be plugged in, and what else its options say of it. */
interface DiskPlace extends PluggedDiskOptions, Pick<DriveOptions, 'bus' | 'port'> {
  /** ID of its device. */
  readonly id?: string | undefined;
}

/** The disks of a bus, which come and go while the machine runs. */
export class PluggedDisks {
  readonly #machine: DiskMachine;
  readonly #drives: MachineDrives;
  /** Plans of the disks that are there or to come, by name. */
  readonly #plans: Map<string, DrivePlan>;
  /** In a replay: promises, by disk, that resolve when the server of the drives knows the disk. */
  readonly #entering = new Map<string, Promise<unknown>>();

  /** @param plans those that there are from the start */
  constructor(machine: DiskMachine, drives: MachineDrives, plans: readonly DrivePlan[]) {
    this.#machine = machine;
    this.#drives = drives;
    this.#plans = new Map(plans.map((plan) => [plan.name, plan]));
  }

  /**
   * One more, not there yet.
   * @param others whose names are taken, besides those of drives
   * @throws ConfigurationError
   */
  plan(
    kind: PluggableInterface,
    { id, drive, ...options }: DiskPlace,
    others: readonly { readonly name: string }[],
  ): DrivePlan {
    if (this.#machine.isAwaited())
      throw new ConfigurationError(
        'the machine is still to arrive, and its images with it: give it the disk when it is made, or plug it in when it is here',
      );
    const { all } = this.#drives;
    if (drive !== undefined && all.some((one) => one.isCalled(drive)))
      throw new ConfigurationError(`Duplicate ID '${drive}' for drive`);
    const named = { ...options, ...(drive !== undefined && { id: drive }), ...(id !== undefined && { device: id }) };
    return planPluggedDisk(kind, named, [...others, ...all]);
  }

  /**
   * Opens its image, and has the machine take it; where that fails the image is let go again.
   * @throws ConfigurationError, and what `enter` throws
   */
  async plug(plan: DrivePlan, enter: (drive: DriveConfig) => Promise<void>): Promise<void> {
    const { name } = plan;
    const drive = await this.#drives.add(plan);
    this.#plans.set(name, plan);
    try {
      await enter(configOf(plan, drive));
    } catch (error) {
      this.#plans.delete(name);
      await this.#drives.remove(name);
      throw error;
    }
  }

  /** The machine has this one now. */
  connect({ medium: _, ...config }: DriveConfig): void {
    if (this.#plans.has(config.name)) return;
    // In a replay it has no image.
    const plan = { ...config, options: {} };
    this.#plans.set(plan.name, plan);
    this.#entering.set(
      plan.name,
      this.#drives.add(plan).catch(() => {}),
    );
  }

  /** It was pulled out: its image can be had by others then. */
  async letGo(name: string): Promise<void> {
    this.#plans.delete(name);
    // A limit would hold up what nobody waits for any more. The machine may have ended.
    await this.#drives.withoutLimits(() => this.#machine.answered(name)).catch(() => {});
    await this.#entering.get(name);
    this.#entering.delete(name);
    await this.#drives.remove(name).catch(() => {});
  }

  /** The plans of those among some devices that are disks. */
  plansOf(devices: readonly { readonly name: string }[]): DrivePlan[] {
    return devices.flatMap(({ name }) => this.#plans.get(name) ?? []);
  }
}

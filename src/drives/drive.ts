import type { BlockMedium } from '../../runtime/host/block.ts';
import { checkNames } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { checkImage, type Image } from '../util/image.ts';
import { promised } from '../util/promised.ts';
import type { DrivePlace } from './attachment.ts';
import { checkMediumOptions, type DrivePlan, isRemovable, type MediumOptions } from './options.ts';
import type { DriveStatus } from './protocol.ts';
import type { DriveStatistics } from './statistics.ts';
import type { DriveLimits } from './throttle/limits.ts';

/** Asks what serves the drives. */
export interface DriveAsk {
  change(name: string, image: Image, options: MediumOptions): Promise<void>;
  eject(name: string): Promise<void>;
  closeTray(name: string): Promise<void>;
  resize(name: string, size: number): Promise<void>;
  commit(name: string): Promise<void>;
  statistics(name: string): Promise<DriveStatistics>;
  limit(name: string, limits: DriveLimits): Promise<void>;
}

/** A disk or a drive of the machine. */
export class Drive {
  /** Such as "ide0-hd0", "ide1-cd0" or "floppy0". */
  readonly name: string;
  /** The name that its options give it. */
  readonly id: string | undefined;
  /** The id of its device that its options give it. */
  readonly device: string | undefined;
  /** @internal */
  readonly place: DrivePlace;
  /** Whether its medium can be changed. */
  readonly isRemovable: boolean;
  readonly #ask: DriveAsk;
  #limits: DriveLimits;
  #status: DriveStatus = {
    image: null,
    format: null,
    bytes: 0,
    isOverlay: false,
    backing: [],
    isInMemory: false,
    isLocked: false,
    isTrayOpen: false,
    canCommit: false,
    medium: null,
  };

  /** @internal */
  constructor(plan: DrivePlan, ask: DriveAsk) {
    this.name = plan.name;
    this.id = plan.options.id;
    this.device = plan.device;
    this.place = plan;
    this.isRemovable = isRemovable(plan);
    this.#limits = plan.options.limits ?? {};
    this.#ask = ask;
  }

  /**
   * The drive's name in monitors.
   * @internal
   */
  get label(): string {
    return this.id ?? this.device ?? this.name;
  }

  /** Whether it is the one that somebody names. @internal */
  isCalled(name: string | undefined): boolean {
    return name !== undefined && (name === this.id || name === this.name);
  }

  /** The name of the image in the drive, or null. */
  get image(): string | null {
    return this.#status.image;
  }

  /** The format of its image, and of layers around it. Null: there is no image. */
  get format(): string | null {
    return this.#status.format;
  }

  /** Whether the guest cannot write to its medium. */
  get isReadOnly(): boolean {
    return this.#status.medium?.isReadOnly ?? false;
  }

  /** Whether the guest doesn't let its medium out. */
  get isLocked(): boolean {
    return this.#status.isLocked;
  }

  /** Whether its tray is open: the guest has opened it, or its medium was taken out. */
  get isTrayOpen(): boolean {
    return this.#status.isTrayOpen;
  }

  /** How much it may read and write. */
  get limits(): DriveLimits {
    return this.#limits;
  }

  /**
   * Limits what it may read and write, from now on; `{}`: no limits. A group that it shares with others keeps it, and is limited as a
   * whole.
   * @throws ConfigurationError for limits that cannot be
   */
  setLimits(limits: DriveLimits): Promise<void> {
    return this.#ask.limit(this.name, limits);
  }

  /** Counts of the guest's requests since the machine was made in this process. In a replay there are none. */
  statistics(): Promise<DriveStatistics> {
    return this.#ask.statistics(this.name);
  }

  /**
   * Its limits are these now.
   * @internal
   */
  limited(limits: DriveLimits): void {
    this.#limits = limits;
  }

  /** Whether what is written to it is forgotten in the end, as with `snapshot`. @internal */
  get isOverlay(): boolean {
    return this.#status.isOverlay;
  }

  /** The names of images below its uppermost one, from above. @internal */
  get backing(): readonly string[] {
    return this.#status.backing;
  }

  /** @internal */
  get isInMemory(): boolean {
    return this.#status.isInMemory;
  }

  /** @internal */
  get medium(): BlockMedium | null {
    return this.#status.medium;
  }

  /**
   * Size of its image in bytes.
   * @internal
   */
  get imageBytes(): number {
    return this.#status.bytes;
  }

  /**
   * Takes over the status that the server of the drives has reported.
   * @internal
   */
  update(status: DriveStatus): void {
    this.#status = status;
  }

  /**
   * Takes the medium out and puts another one in. The guest is told as by a drive whose door was opened.
   * @throws ConfigurationError if the image cannot be opened; the old medium is in the drive then
   */
  change(image: Image, options: MediumOptions = {}): Promise<void> {
    return promised(() => {
      checkImage('the image', image);
      checkNames('the second argument of change()', options, ['format', 'readOnly', 'snapshot']);
      checkMediumOptions(options);
      return this.#ask.change(this.name, image, options);
    });
  }

  /**
   * Makes its disk larger or smaller while the guest runs; what is added reads as zero. A guest with a virtio disk is told, others see
   * it when they ask the disk what it is.
   * @param size bytes; of a qcow2 image a whole number of sectors of 512
   * @throws ConfigurationError if it has no medium, or one that cannot be resized
   */
  resize(size: number): Promise<void> {
    return promised(() => {
      if (!Number.isSafeInteger(size) || size < 1) throw new ConfigurationError('The new size must be at least 1 byte');
      return this.#ask.resize(this.name, size);
    });
  }

  /** Whether `commit` has something to do: changes that are forgotten otherwise, or an image with a backing file. */
  get canCommit(): boolean {
    return this.#status.canCommit;
  }

  /**
   * Puts changes that would be forgotten (`snapshot`) into the image, or what the image has into its backing file. The guest's
   * requests wait meanwhile.
   * @throws ConfigurationError if there is nothing below that could be written
   */
  commit(): Promise<void> {
    return this.#ask.commit(this.name);
  }

  /**
   * Takes the medium out, whether the guest has locked it or not.
   * @throws ConfigurationError for a drive whose medium cannot be taken out
   */
  eject(): Promise<void> {
    return this.#ask.eject(this.name);
  }

  /**
   * Closes its tray, with what is in it.
   * @throws ConfigurationError for a drive whose medium cannot be taken out
   */
  closeTray(): Promise<void> {
    return this.#ask.closeTray(this.name);
  }
}

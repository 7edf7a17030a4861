import type { BlockMedium } from '../../runtime/host/block.ts';
import type { CallEnd, CallMessage } from '../isolate/remote-calls.ts';
import type { NewSnapshot } from '../storage/qcow2/image-snapshots.ts';
import type { Image } from '../util/image.ts';
import type { DriveSnapshots } from './image-snapshots.ts';
import type { DrivePlan, MediumOptions } from './options.ts';
import type { SavedMedia } from './saved-medium.ts';
import type { DriveStatistics } from './statistics.ts';
import type { DriveLimits } from './throttle/limits.ts';

/** There is no image that could have the state of a machine. */
export const NO_IMAGE = 'no block device can store vmstate for snapshot';

/** What is in a drive. */
export interface DriveStatus {
  /** The image's name, and what it is; null: there is none. */
  readonly image: string | null;
  readonly format: string | null;
  /** Of an image without format, which may end within a sector, or of the disk in one. */
  readonly bytes: number;
  /** What is written is forgotten in the end. */
  readonly isOverlay: boolean;
  /** The names of images below, from above. */
  readonly backing: readonly string[];
  /** Its image was given as bytes. */
  readonly isInMemory: boolean;
  /** The guest doesn't let the medium out. */
  readonly isLocked: boolean;
  /** What is in it is out of the guest's reach. */
  readonly isTrayOpen: boolean;
  /** Whether what was written can be put into the image below. */
  readonly canCommit: boolean;
  /** As the machine sees it. */
  readonly medium: BlockMedium | null;
}

/** What a drive says of itself. */
export type Door = Pick<DriveStatus, 'isLocked' | 'isTrayOpen'>;
export const closedDoor: Door = { isLocked: false, isTrayOpen: false };

/** What the library can ask of what serves the drives of its machine. */
export interface DriveCalls {
  /** Opens the images of all drives. Throws ConfigurationError if one cannot be opened; all are closed again then. */
  open(plans: readonly DrivePlan[]): readonly DriveStatus[];
  /** Opens the image of one more. Throws ConfigurationError if it cannot be opened. */
  add(plan: DrivePlan): DriveStatus;
  /** Writes what is left to be written of one, and lets go of its image. */
  remove(name: string): void;
  /** What the drives will be when they are opened: another process may have their images still. Throws ConfigurationError. */
  look(plans: readonly DrivePlan[]): readonly DriveStatus[];
  /** Has them do what a machine that has arrived asks for: after `look` that waits. */
  admit(): void;
  /** Lets go of images that the guest writes to, so that another process can have them. */
  release(): void;
  /**
   * Takes them again; one that is in use is waited for so many milliseconds. Throws ConfigurationError where another process has
   * one, or has changed it.
   */
  retake(patience: number): void;
  /** All bytes of a disk, such as what is in a flash chip. */
  contents(name: string): Uint8Array;
  change(name: string, image: Image, options: MediumOptions): void;
  eject(name: string): void;
  closeTray(name: string): void;
  /** Makes a disk larger or smaller, in bytes. Throws ConfigurationError if it cannot be. */
  resize(name: string, size: number): void;
  /** Puts what a disk has of its own into the image below. Throws ConfigurationError if there is none, or it cannot be written. */
  commit(name: string): void;
  /** What was asked of a drive so far. */
  statistics(name: string): DriveStatistics;
  /** Limits what a drive, and those that share its group, may read and write. */
  limit(name: string, limits: DriveLimits): void;
  /** Lets all requests go at once, or holds them to their limits again. */
  suspendLimits(isSuspended: boolean): void;
  /** What is in them now. No request may be under way. Throws ConfigurationError if a snapshot cannot hold it. */
  save(): SavedMedia;
  /** The same for a snapshot within images. */
  saveWithin(): SavedMedia;
  /**
   * Gets ready what was in them. Throws ConfigurationError if what is in them is not what the saved ones stand on.
   * `snapshot`: where they were saved within images, the name of the one there.
   */
  stage(media: SavedMedia, snapshot?: string): void;
  /** Puts what is ready in the place of what is there; called again, that back. */
  exchangeStaged(): void;
  /** Forgets what is ready, or what it has taken the place of. */
  dropStaged(): void;
  /** Snapshots within images (image-snapshots.ts). They throw ConfigurationError. */
  listSnapshots(): readonly DriveSnapshots[];
  createSnapshot(snapshot: NewSnapshot): void;
  snapshotState(name: string): Uint8Array;
  deleteSnapshot(name: string): void;
  /** Writes what is left to be written, lets go of all images, and ends. */
  close(): void;
}

/** Messages from the library. */
export type DriveCommand = CallMessage<keyof DriveCalls>;

/** Messages to the library. */
export type DriveReport =
  | CallEnd
  | { readonly type: 'status'; readonly name: string; readonly status: DriveStatus }
  /** Its tray was opened or closed. */
  | { readonly type: 'tray'; readonly name: string; readonly isOpen: boolean }
  /** Something for the user to know. */
  | { readonly type: 'log'; readonly message: string };

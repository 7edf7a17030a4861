import type { BlockMedium } from '../../runtime/host/block.ts';
import type { CallEnd, CallMessage } from '../isolate/remote-calls.ts';
import type { SavedPages } from '../storage/overlay-pages.ts';
import type { NewSnapshot } from '../storage/qcow2/image-snapshots.ts';
import type { Image } from '../util/image.ts';
import type { DriveSnapshots } from './image-snapshots.ts';
import type { LeavingBlocks } from './leaving-disks.ts';
import type { DrivePlan, MediumOptions } from './options.ts';
import type { SavedMedia } from './saved-medium.ts';
import type { DriveStatistics } from './statistics.ts';
import type { DriveLimits } from './throttle/limits.ts';

/** There is no image that could have the state of a machine. */
export const NO_IMAGE = 'no block device can store vmstate for snapshot';

/** The status of a drive. */
export interface DriveStatus {
  /** The image's name, and what it is; null: there is none. */
  readonly image: string | null;
  readonly format: string | null;
  /** Size of an image without format, which may end within a sector, or of the disk in an image. */
  readonly bytes: number;
  /** Whether writes are discarded in the end. */
  readonly isOverlay: boolean;
  /** The names of images below, from above. */
  readonly backing: readonly string[];
  /** Its image was given as bytes. */
  readonly isInMemory: boolean;
  /** The guest doesn't let the medium out. */
  readonly isLocked: boolean;
  /** Whether the tray is open, so that the guest cannot reach the medium. */
  readonly isTrayOpen: boolean;
  /** Whether what was written can be put into the image below. */
  readonly canCommit: boolean;
  /** As the machine sees it. */
  readonly medium: BlockMedium | null;
}

/** The state of a drive's door, as the drive reports it. */
export type Door = Pick<DriveStatus, 'isLocked' | 'isTrayOpen'>;
export const closedDoor: Door = { isLocked: false, isTrayOpen: false };

/** Calls of the library to the server of its machine's drives. */
export interface DriveCalls {
  /** Opens the images of all drives. Throws ConfigurationError if one cannot be opened; all are closed again then. */
  open(plans: readonly DrivePlan[]): readonly DriveStatus[];
  /** Opens the image of one more. Throws ConfigurationError if it cannot be opened. */
  add(plan: DrivePlan): DriveStatus;
  /** Writes what is left to be written of one, and lets go of its image. */
  remove(name: string): void;
  /**
   * The status that the drives will have when they are opened: another process may have their images still. Throws
   * ConfigurationError.
   */
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
  /** Counts of requests to a drive so far. */
  statistics(name: string): DriveStatistics;
  /** Limits what a drive, and those that share its group, may read and write. */
  limit(name: string, limits: DriveLimits): void;
  /** Lets all requests go at once, or holds them to their limits again. */
  suspendLimits(isSuspended: boolean): void;
  /** The media in the drives now. No request may be in progress. Throws ConfigurationError if a snapshot cannot hold one. */
  save(): SavedMedia;
  /** The media in the drives now, for a snapshot within images; otherwise as {@link save}. */
  saveWithin(): SavedMedia;
  /**
   * The drives whose contents another process needs, and lacks. From now on it is noted which blocks the guest writes, until
   * `endLeaving`.
   */
  beginLeaving(): readonly string[];
  /** Blocks of a drive that are still to go, up to so many, from a number on. Nothing: its disk is another one by now. */
  leaving(name: string, from: number, most: number): LeavingBlocks;
  /** Blocks that are still to go. */
  leavingLeft(): number;
  endLeaving(): void;
  /** The media in the drives now, without contents that have gone; otherwise as {@link save}. */
  saveRest(): SavedMedia;
  /** Takes blocks of a drive whose machine is to arrive. Throws Error if they are none. */
  takeArriving(name: string, blocks: SavedPages): void;
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

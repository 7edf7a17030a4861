import type { ReportGuestError } from '../bus/guest-error.ts';

/** The DMA engine that moves a drive's data from and to the guest's memory, without the data port. */
export interface DataMover {
  /** It may move data now. */
  readonly active: boolean;
  /** Moves bytes of a drive to memory; how many there was room for. */
  toMemory(bytes: Uint8Array): number;
  /** Fills `target` from memory; how many bytes there were. */
  fromMemory(target: Uint8Array): number;
  /** The drive has no more to move. */
  finish(): void;
}

/** The controller at the other end of a drive's cable. */
export interface Cable {
  /** For commands of DMA. */
  readonly mover: DataMover;
  readonly guestError: ReportGuestError | undefined;
  /** The drive's interrupt request has changed. */
  interruptChanged(): void;
  /** For who does not poll the drive's registers. */
  happened(event: DriveEvent): void;
}

/** A block waits at the data port, to be read or written; a command has ended, and the registers say how; it is in the drive's queue now. */
export type DriveEvent = 'block' | 'ended' | 'queued';

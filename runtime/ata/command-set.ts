/**
 * How a command was begun: it is done, or goes on by events, or is in the drive's queue, which takes the next one, or failed with this bit of the error
 * register.
 */
export type Outcome = 'done' | 'pending' | 'queued' | number;

/** How disks and CD-ROM drives differ in their resets. */
export interface DriveKind {
  /** The values of registers after a reset, by which a drive tells its kind (9.12). */
  readonly signature: { readonly mid: number; readonly high: number; readonly status: number };
  /** It knows DEVICE RESET, whatever it is doing. */
  readonly hasDeviceReset: boolean;
}

/** The commands of one kind of drive, as its task file and its data phase call them. */
export interface CommandSet {
  readonly kind: DriveKind;
  /** Executes a command; the drive is idle. */
  execute(code: number): Outcome;
  /** Forgets requests to the medium that are under way, and queued commands. */
  cancel(): void;
  /** A block of `bytes` is about to be moved by the data port. */
  blockBegins(bytes: number): void;
  /** All of the buffer has been moved. */
  moved(): void;
}

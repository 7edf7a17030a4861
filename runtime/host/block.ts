/** Bytes of a sector of a hard disk; CD-ROM drives have theirs of 2048 and ask for several of these. */
export const SECTOR_BYTES = 512;

/** Why a request failed. The user has been told more than a guest can hear. */
export type BlockError = 'io' | 'read-only' | 'no-space' | 'no-medium';

/** How a request ended: an error, or null. */
export type BlockDone = (error: BlockError | null) => void;

/** A medium as it was put in. */
export interface BlockMedium {
  /** Size in sectors of SECTOR_BYTES. */
  readonly sectors: number;
  readonly isReadOnly: boolean;
}

/**
 * A disk or drive as its controller sees it. Requests take effect in their order and may overlap in time. `done` is called
 * later, from the event queue, never from within the request; after `cancel` it isn't called any more. What a request is
 * given must not change until it is done.
 */
export interface BlockPort {
  /** The medium in the drive now; null: none. */
  readonly medium: BlockMedium | null;
  /** Called after a medium was taken out or put in, or has another size. Set by the controller. */
  onMediumChanged: () => void;
  /** Called when somebody has closed the tray, with what is in it. Set by the controller of a drive with a tray. */
  onTrayClosed: () => void;
  /** Fills `target`, whole sectors. */
  read(sector: number, target: Uint8Array, done: BlockDone): void;
  /** Writes whole sectors. They may be lost with the host's power until a flush is done. */
  write(sector: number, source: Uint8Array, done: BlockDone): void;
  /** Done when all that was written before stays. */
  flush(done: BlockDone): void;
  /** The guest doesn't need these sectors any more. */
  discard(sector: number, count: number, done: BlockDone): void;
  /** The guest looks at a register that tells whether requests are done (RequestPort has more of it). */
  polled(): void;
  /** Forgets requests that are under way (reset); writes among them may happen or not. */
  cancel(): void;
  /** Whether the guest has locked the medium in the drive (PREVENT ALLOW MEDIUM REMOVAL). */
  setLocked(locked: boolean): void;
  /** Whether the tray is open: what is in it stays there, out of the guest's reach. */
  setTrayOpen(open: boolean): void;
}

/**
 * A drive's request to its host. The bytes are in shared memory where the host has that: it fills them, or takes them from there,
 * until it has answered.
 */
export type BlockQuestion =
  | { readonly type: 'read' | 'write'; readonly sector: number; readonly bytes: Uint8Array }
  | { readonly type: 'discard'; readonly sector: number; readonly count: number }
  | { readonly type: 'flush' }
  | { readonly type: 'lock'; readonly locked: boolean }
  | { readonly type: 'tray'; readonly open: boolean };

/** News of a drive from its host: its present medium, or that its tray was closed. */
export type BlockInput = BlockMedium | null | 'tray closed';

export interface BlockAnswer {
  readonly error: BlockError | null;
  /** For a read without error whose bytes are not in shared memory: a message has brought a copy of them, and brings one back. */
  readonly bytes?: Uint8Array;
}

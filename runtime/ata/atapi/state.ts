import { choice, describe, flag, starting, u8, u16, u32 } from '../../snapshot/describe.ts';
import { INITIAL_TRANSFER_MODE } from '../identify.ts';
import { driveState } from '../state.ts';

/**
 * Announcements of a new medium that the drive still has to make: first that there was none for a while, then that it has
 * changed.
 */
export const Change = { none: 0, absent: 1, changed: 2 } as const;

export const cdromState = describe({
  common: driveState,
  /** Bytes of a block that the data port moves at once, as the command wants it. */
  byteLimit: u16,
  /** The next block of the read under way, how many there still are, and how many are being read. */
  block: u32,
  remaining: u32,
  chunk: u16,
  /** Whole sectors are wanted. */
  raw: flag,
  /** Sense of the last command that failed, one of Sense, until REQUEST SENSE. */
  sense: u32,
  change: choice(Object.values(Change)),
  /** The next event about the medium: of MediumEvent. */
  event: u8,
  trayOpen: flag,
  /** The guest doesn't allow that the medium is taken out. */
  locked: flag,
  transferMode: starting(u8, INITIAL_TRANSFER_MODE),
});

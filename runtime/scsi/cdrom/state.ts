import { choice, describe, flag, type StateOf, u8, u32 } from '../../snapshot/describe.ts';

/**
 * Announcements of a new medium that the drive still has to make: first that there was none for a while, then that it has
 * changed.
 */
export const Change = { none: 0, absent: 1, changed: 2 } as const;

/** Fields of the state of a CD-ROM drive, on whatever bus it is. */
export const cdFields = {
  /** Sense of the last command that failed, one of Sense, until REQUEST SENSE. */
  sense: u32,
  change: choice(Object.values(Change)),
  /** The next event about the medium: of MediumEvent. */
  event: u8,
  trayOpen: flag,
  /** The guest doesn't allow that the medium is taken out. */
  locked: flag,
};

const cdState = describe(cdFields);
export type CdState = StateOf<typeof cdState>;

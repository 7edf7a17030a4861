import { choice, describe, flag, integer, type StateOf, u8 } from '../../snapshot/describe.ts';

export const chipState = describe({
  /** Levels of the inputs. */
  lines: u8,
  /** Inputs whose request is latched: a rising edge since the last acknowledge, or a high level. */
  requests: u8,
  inService: u8,
  mask: u8,
  /** Level-triggered inputs (ELCR). */
  levelTriggered: u8,
  /** ICW1.LTIM as it was written. Nothing depends on it, as the ELCR has taken its place; files of this version have it. */
  allLevel: flag,
  /** Bits 3-7 of the vectors (ICW2). */
  vectorBase: u8,
  /** Input of the lowest priority: 7 unless rotated. */
  lowest: integer(0, 7),
  /** The ICW that the next write to A0 = 1 is: 2, 3 or 4; 0 for the mask. */
  expectedIcw: choice([0, 2, 3, 4]),
  icw4Needed: flag,
  single: flag,
  /** ICW3: inputs with a slave (master), or own identity (slave). */
  cascade: u8,
  automaticEoi: flag,
  rotateOnAutomaticEoi: flag,
  specialFullyNested: flag,
  specialMask: flag,
  /** Reads of A0 = 0 give the ISR rather than the IRR. */
  readInService: flag,
  /** The next read answers a poll. */
  poll: flag,
});

export type ChipState = StateOf<typeof chipState>;

export const picState = describe({ master: chipState, slave: chipState });

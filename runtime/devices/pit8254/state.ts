import {
  describe,
  flag,
  integer,
  lastClock,
  list,
  real,
  type StateOf,
  starting,
  time,
  u8,
  u16,
} from '../../snapshot/describe.ts';
import { integerField } from '../../snapshot/fields.ts';

/** Clocks of a count at most (binary, loaded as 0), and the last one of 1.19 MHz. */
const MOST_COUNT = 0x10000;
const LAST_CLOCK = lastClock(1_193_182);

/** Clocks are divided by the count. */
const hasCount = {
  expected: 'a count other than 0 where one is loaded',
  holds: ({ loaded, initial, countRegister }: { loaded: boolean; initial: number; countRegister: number }) =>
    !loaded || (initial > 0 && countRegister > 0),
};

export const channelState = describe(
  {
    /** As the control word had it: the status gives it back so. */
    mode: integerField('mode 0-7', 0, 7),
    bcd: flag,
    /** RW1 RW0 of the control word. */
    access: integer(0, 3),
    gate: flag,
    /** OUT while nothing is loaded, and until the clock that loads. */
    idleOutput: flag,
    /** The count last written, 1-65536. */
    countRegister: integer(0, MOST_COUNT),
    /** A count was written since the last control word. */
    written: flag,
    /** Whether a written count is not loaded yet. */
    nullCount: flag,
    /** The counting element runs: `initial` was loaded, or will be, at the clock `start`. */
    loaded: flag,
    initial: integer(0, MOST_COUNT + 1),
    start: real(-LAST_CLOCK, LAST_CLOCK),
    /** The clock at which a new count replaces `initial` (modes 2 and 3); Infinity if none does. */
    switchAt: starting(real(-LAST_CLOCK, Infinity), Infinity),
    /** Clocks counted when the gate stopped counting (modes 0 and 4). */
    heldElapsed: real(0, LAST_CLOCK),
    /** The value of reads while no count is loaded. */
    heldCount: u16,
    /** The low byte of a two-byte write, whose high byte comes next. */
    lowByte: u8,
    writeHighNext: flag,
    readHighNext: flag,
    latchedCount: u16,
    countLatched: flag,
    latchedStatus: u8,
    statusLatched: flag,
  },
  hasCount,
);

export type ChannelState = StateOf<typeof channelState>;

export const pitState = describe({
  channels: list(3, channelState),
  /** Bits 0-3 of port 0x61. */
  system: u8,
  /** The interrupt of channel 0's last rise has not been acknowledged yet. */
  waiting: flag,
  /** Rises of channel 0 that the host's delays hid from the CPU, and which are still to come. */
  owed: u16,
  /** When the speaker last moved. */
  speakerMoved: time,
});

export type PitState = StateOf<typeof pitState>;

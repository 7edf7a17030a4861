import { describe, f64, flag, list, type StateOf, starting, time, u8, u16, u32 } from '../../snapshot/describe.ts';
import { integerField } from '../../snapshot/fields.ts';

export const channelState = describe({
  /** As the control word had it: the status gives it back so. */
  mode: integerField('mode 0-7', 0, 7),
  bcd: flag,
  /** RW1 RW0 of the control word. */
  access: u8,
  gate: flag,
  /** OUT while nothing is loaded, and until the clock that loads. */
  idleOutput: flag,
  /** The count last written, 1-65536. */
  countRegister: u32,
  /** A count was written since the last control word. */
  written: flag,
  /** What was written is not loaded yet. */
  nullCount: flag,
  /** The counting element runs: `initial` was loaded, or will be, at the clock `start`. */
  loaded: flag,
  initial: u32,
  start: f64,
  /** The clock at which a new count replaces `initial` (modes 2 and 3); Infinity if none does. */
  switchAt: starting(f64, Infinity),
  /** Clocks counted when the gate stopped counting (modes 0 and 4). */
  heldElapsed: f64,
  /** What reads give while nothing is loaded. */
  heldCount: u16,
  /** The low byte of a two-byte write, whose high byte comes next. */
  lowByte: u8,
  writeHighNext: flag,
  readHighNext: flag,
  latchedCount: u16,
  countLatched: flag,
  latchedStatus: u8,
  statusLatched: flag,
});

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

import {
  bytes,
  choice,
  describe,
  flag,
  i32,
  indexOf,
  integer,
  list,
  real,
  type StateOf,
  starting,
  time,
  u8,
  u32,
} from '../../snapshot/describe.ts';
import { OPERATOR_COUNT, REGISTER_COUNT, SAMPLE_RATE } from './registers.ts';

/** Stages of an envelope. */
export const Stage = { off: 0, attack: 1, decay: 2, sustain: 3, release: 4 } as const;
/** The most that an envelope takes away, in steps of 0.1875 dB: silence. */
export const SILENT = 511;

export const operatorState = describe({
  /** Bits 0-18; the upper ten are the place in the waveform. */
  phase: integer(0, 0x7ffff),
  stage: choice(Object.values(Stage)),
  /** The envelope's attenuation. */
  attenuation: starting(integer(0, SILENT), SILENT),
  /** The holders of its key: bit 0 the channel, bit 1 an instrument of the rhythm mode. */
  keys: u8,
  /** Its last two outputs, for feedback. */
  output: i32,
  previous: i32,
});

export type OperatorState = StateOf<typeof operatorState>;

/** A timer of the chip: nothing ticks, its overflows follow from the time. */
export const timerState = describe({
  /** When it was started, in virtual nanoseconds; Infinity: it stands still. */
  start: starting(real(0, Infinity), Infinity),
  /** Time at which the overflow flags were cleared; overflows before it do not count. */
  cleared: time,
  /** It has overflowed before that, and nobody has reset the status. */
  hasOverflowed: flag,
});

export type TimerState = StateOf<typeof timerState>;

export const opl3State = describe({
  registers: bytes(REGISTER_COUNT),
  /** The register that is written next. */
  address: indexOf(REGISTER_COUNT),
  operators: list(OPERATOR_COUNT, operatorState),
  timers: list(2, timerState),
  /** The next sample that is to be computed, counted from the start of virtual time. */
  sample: integer(0, Math.ceil((Number.MAX_SAFE_INTEGER * SAMPLE_RATE) / 1e9)),
  /** Counts samples: envelopes, tremolo and vibrato follow it. */
  counter: u32,
  /** The noise generator. */
  noise: starting(u32, 1),
});

export type Opl3State = StateOf<typeof opl3State>;

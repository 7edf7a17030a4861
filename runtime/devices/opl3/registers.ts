/**
 * Yamaha YMF262 (OPL3) application manual, "Register map" and the chapters on each register. Registers of the second set are
 * from 100h on here.
 */
export const Register = {
  timer1: 0x02,
  timer2: 0x03,
  timerControl: 0x04,
  noteSelect: 0x08,
  fourOperators: 0x104,
  expansion: 0x105,
  rhythm: 0xbd,
} as const;
export const REGISTER_COUNT = 0x200;
export const SECOND_SET = 0x100;

/** The first registers of groups with one for each operator. */
export const OperatorGroup = {
  flags: 0x20,
  levels: 0x40,
  attackDecay: 0x60,
  sustainRelease: 0x80,
  waveform: 0xe0,
} as const;
/** Groups with one register for each channel. */
export const ChannelGroup = { frequency: 0xa0, key: 0xb0, feedback: 0xc0 } as const;

export const Flags = { tremolo: 0x80, vibrato: 0x40, sustained: 0x20, keyScaling: 0x10, multiple: 0x0f } as const;
export const Key = { on: 0x20, blockShift: 2, frequencyHigh: 0x03 } as const;
export const Feedback = { additive: 0x01, shift: 1, left: 0x10, right: 0x20 } as const;
export const NoteSelect = { ninthBit: 0x40 } as const;

/** BDh: depths, the rhythm mode, and the keys of its five instruments. */
export const Rhythm = {
  deepTremolo: 0x80,
  deepVibrato: 0x40,
  on: 0x20,
  bass: 0x10,
  snare: 8,
  tom: 4,
  cymbal: 2,
  hiHat: 1,
} as const;

export const TimerControl = { reset: 0x80, mask1: 0x40, mask2: 0x20, start2: 0x02, start1: 0x01 } as const;
export const Status = { interrupt: 0x80, timer1: 0x40, timer2: 0x20 } as const;

/** Hz: the clock of 14.31818 MHz by 288. */
export const SAMPLE_RATE = 315e6 / 22 / 288;
/** Samples in which the timers count. */
export const [TIMER1_SAMPLES, TIMER2_SAMPLES] = [4, 16] as const;

export const CHANNEL_COUNT = 18;
export const OPERATOR_COUNT = 36;
/** Channels of a register set, and its operators. */
export const [SET_CHANNELS, SET_OPERATORS] = [9, 18] as const;

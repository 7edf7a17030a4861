/**
 * Sound Blaster 16: "Sound Blaster Series Hardware Programming Guide" (Creative Labs, 1996): offsets of ports from the base,
 * chapter 2.
 */
export const Port = {
  mixerIndex: 4,
  mixerData: 5,
  reset: 6,
  readData: 0xa,
  /** Command or data on writes; on reads bit 7 tells that the DSP is busy. */
  write: 0xc,
  /** Bit 7: a byte is there to be read. A read is the acknowledgement of an 8-bit interrupt, too. */
  readStatus: 0xe,
  acknowledge16: 0xf,
} as const;

/** Runs of ports of the DSP and its mixer; those between belong to the FM chip, or to nobody. */
export const portRuns = [
  { first: 4, count: 3 },
  { first: 0xa, count: 1 },
  { first: 0xc, count: 1 },
  { first: 0xe, count: 2 },
] as const;

/** The byte that the DSP answers after a reset. */
export const READY = 0xaa;
/** Values of the status ports: the DSP always accepts commands; a byte can be read. */
export const NOT_BUSY = 0x7f;
export const DATA_READY = 0x80;

export const VERSION = [4, 5] as const;
export const COPYRIGHT = 'COPYRIGHT (C) CREATIVE TECHNOLOGY LTD, 1992.\0';

/** Bits of commands Bxh and Cxh, and of their mode byte (chapter 6, "DSP Command Reference"). */
export const Transfer = { input: 0x08, autoInitialize: 0x04, signed: 0x10, stereo: 0x20 } as const;

/** Registers of the CT1745 (chapter 4). Levels of 5 bits are in bits 7-3, gains of 2 bits in bits 7-6. */
export const Mixer = {
  reset: 0x00,
  /** Registers of the Sound Blaster Pro: both sides of a level in one byte, 4 bits each. */
  proVoice: 0x04,
  proMicrophone: 0x0a,
  output: 0x0e,
  proMaster: 0x22,
  proFm: 0x26,
  proCd: 0x28,
  proLine: 0x2e,
  master: 0x30,
  voice: 0x32,
  fm: 0x34,
  cd: 0x36,
  line: 0x38,
  microphone: 0x3a,
  speaker: 0x3b,
  outputSwitches: 0x3c,
  inputSwitchesLeft: 0x3d,
  inputSwitchesRight: 0x3e,
  treble: 0x44,
  bass: 0x46,
  last: 0x47,
  interruptSetup: 0x80,
  dmaSetup: 0x81,
  interruptStatus: 0x82,
} as const;

/** Mixer register 0Eh: 8-bit transfers of the commands of older cards are stereo. */
export const PRO_STEREO = 0x02;

/** IRQs that bits 0-3 of the interrupt setup register select. */
export const IRQS = [9, 5, 7, 10] as const;
export type IrqNumber = (typeof IRQS)[number];
/** DMA channels that the DMA setup register has a bit for: that of their number. */
export const BYTE_CHANNELS = [0, 1, 3] as const;
export const WORD_CHANNELS = [5, 6, 7] as const;

/** Interrupt status: who interrupts. The upper bits tell the version of the chip. */
export const Pending = { bytes: 0x01, words: 0x02 } as const;

/** Intel 82801AA (ICH) data sheet (290655), chapter 13 "AC'97 Audio Controller Registers". */
export const Pci = { vendorId: 0x8086, deviceId: 0x2415, revision: 0x01, classCode: 0x040100 } as const;
/** The mixer's ports: the codec. Those of the bus master. */
export const [MIXER_PORTS, MASTER_PORTS] = [0x100, 0x40] as const;

/** Engines of the bus master: PCM in, PCM out, microphone. Offsets within one. */
export const ENGINES = ['in', 'out', 'microphone'] as const;
export const ENGINE_PORTS = 0x10;
export const Engine = {
  /** Base address of the list of buffer descriptors. */
  list: 0x0,
  currentIndex: 0x4,
  lastValidIndex: 0x5,
  status: 0x6,
  /** Samples that are left in the present buffer. */
  position: 0x8,
  prefetchedIndex: 0xa,
  control: 0xb,
} as const;

/** Registers that all engines share. */
export const Global = { control: 0x2c, status: 0x30, semaphore: 0x34 } as const;
export const GlobalControl = { coldReset: 0x02, warmReset: 0x04, kept: 0x3f } as const;
/** Interrupts of the engines in their order; the primary codec is ready. */
export const GlobalStatus = { interrupts: [0x20, 0x40, 0x80], primaryReady: 0x100 } as const;

export const Status = {
  halted: 0x01,
  /** The current buffer is the last valid one. */
  atLast: 0x02,
  lastDone: 0x04,
  completed: 0x08,
  fifoError: 0x10,
  clearable: 0x1c,
} as const;

export const Control = {
  run: 0x01,
  reset: 0x02,
  lastInterrupt: 0x04,
  fifoInterrupt: 0x08,
  completionInterrupt: 0x10,
  kept: 0x1d,
} as const;

/** Entries of a list, bytes of one, and what stands in the upper half of its second word (13.2.1). */
export const LIST_ENTRIES = 32;
export const ENTRY_BYTES = 8;
export const Entry = { interrupt: 0x8000, silentAfter: 0x4000 } as const;

/**
 * The codec: "Audio Codec '97" 2.3, chapter 5 "Digital register interface". Its registers are words.
 */
export const Codec = {
  reset: 0x00,
  master: 0x02,
  headphones: 0x04,
  monoMaster: 0x06,
  beep: 0x0a,
  phone: 0x0c,
  microphone: 0x0e,
  line: 0x10,
  cd: 0x12,
  video: 0x14,
  aux: 0x16,
  pcm: 0x18,
  recordSelect: 0x1a,
  recordGain: 0x1c,
  general: 0x20,
  powerdown: 0x26,
  extendedId: 0x28,
  extendedControl: 0x2a,
  frontRate: 0x2c,
  inputRate: 0x32,
  microphoneRate: 0x34,
  vendor1: 0x7c,
  vendor2: 0x7e,
} as const;

export const MUTE = 0x8000;
/** All analog parts, and the converters, are ready. */
export const POWER_READY = 0x000f;
/** Variable rates, for the microphone too; they are turned on in the control register by the same bits. */
export const Extended = { variableRate: 0x0001, microphoneRate: 0x0008 } as const;
/** Frames a second. */
export const FIXED_RATE = 48_000;

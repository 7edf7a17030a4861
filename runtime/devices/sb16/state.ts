import {
  byteQueue,
  bytes,
  describe,
  flag,
  list,
  realWithin,
  type StateOf,
  starting,
  u8,
  u16,
  u32,
  within,
} from '../../snapshot/describe.ts';

/** Frames a second that the converters do. */
export const [LOWEST_RATE, HIGHEST_RATE] = [4000, 48_000];
/** Nanoseconds by which samples are put off at most: frames of the mix are nearer to each other. */
const MOST_SHIFT = 1e9;

/** One of the two transfers that the card can have under way: of 8-bit samples, and of 16-bit ones. */
export const transferState = describe(
  {
    isRunning: flag,
    isPaused: flag,
    isInput: flag,
    isSigned: flag,
    isStereo: flag,
    isAutomatic: flag,
    /** It ends with the present block. */
    isEnding: flag,
    /** It only takes its time. */
    movesNothing: flag,
    /** Of a format that is not decoded: its bytes are fetched, and silent. */
    isSilent: flag,
    /** Bytes that are transferred in a second. */
    bytesPerSecond: within(0, 4 * HIGHEST_RATE),
    blockBytes: u32,
    /** Bytes of the block that have not been transferred. */
    left: u32,
    /** Nanoseconds by which samples are put off, to begin with a frame of the mix. */
    shift: realWithin(-MOST_SHIFT, MOST_SHIFT),
  },
  ({ isRunning, bytesPerSecond }) =>
    isRunning && bytesPerSecond === 0 ? 'a transfer runs, and moves 0 bytes a second' : undefined,
);

export type TransferState = StateOf<typeof transferState>;

export const dspState = describe({
  /** What the guest is to read. */
  answers: byteQueue,
  /** What is read when there is nothing more. */
  lastAnswer: u8,
  /** The command whose parameters are awaited, and those that came; a command is 0 while none is. */
  command: u8,
  parameters: byteQueue,
  resetLine: flag,
  isSpeakerOn: flag,
  /** Samples a second, of one side, by commands 41h and 42h or by the time constant. */
  rate: starting(u32, 11_025),
  /** The block of automatic transfers by older commands, in bytes less one. */
  blockSize: u16,
  testRegister: u8,
  /** What command E2h computes with. */
  identification: starting(u8, 0xaa),
  identifications: u8,
});

export const sb16State = describe({
  dsp: dspState,
  transfers: list(2, transferState),
  mixerIndex: u8,
  mixer: bytes(0x100),
  /** Bits of the interrupt status register. */
  pending: u8,
});

export type Sb16State = StateOf<typeof sb16State>;

import {
  byteQueue,
  bytes,
  describe,
  flag,
  integer,
  list,
  real,
  type StateOf,
  starting,
  u8,
  u16,
  u32,
} from '../../snapshot/describe.ts';

/** Samples a second and side that the card reaches, and bytes that all of its formats make of them at most. */
export const [LOWEST_RATE, HIGHEST_RATE] = [4000, 48_000];
const MOST_BYTES_PER_SECOND = HIGHEST_RATE * 2 * 2;

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
    /** The format is not decoded: its bytes are fetched, but silent. */
    isSilent: flag,
    /** Bytes that are transferred in a second. */
    bytesPerSecond: integer(0, MOST_BYTES_PER_SECOND),
    blockBytes: u32,
    /** Bytes of the block that have not been transferred. */
    left: u32,
    /** Nanoseconds by which samples are put off, to begin with a frame of the mix. */
    shift: real(-1e9, 1e9),
  },
  {
    expected: 'bytes in each second of a transfer that is running',
    holds: ({ isRunning, bytesPerSecond }) => !isRunning || bytesPerSecond > 0,
  },
);

export type TransferState = StateOf<typeof transferState>;

export const dspState = describe({
  /** Bytes that the guest has not read yet. */
  answers: byteQueue,
  /** The byte that is read when no other is left. */
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
  /** State of the computation behind command E2h. */
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

import { bytes, describe, flag, indexOf, list, real, type StateOf, u8, u16, u32 } from '../../snapshot/describe.ts';
import { ENGINES, LIST_ENTRIES } from './registers.ts';

export const engineState = describe({
  list: u32,
  currentIndex: indexOf(LIST_ENTRIES),
  lastValidIndex: indexOf(LIST_ENTRIES),
  status: u16,
  control: u8,
  prefetchedIndex: indexOf(LIST_ENTRIES),
  /** The present buffer: where its next sample is, and how many are left. */
  address: u32,
  left: u16,
  /** The upper half of its entry's second word. */
  flags: u16,
  /** It was fetched, and has not ended. */
  hasBuffer: flag,
  /** Nanoseconds by which samples are put off, to begin with a frame of the mix. */
  shift: real(-1e9, 1e9),
});

export type EngineState = StateOf<typeof engineState>;

export const ac97State = describe({
  /** The codec's registers, a word each, low byte first. */
  codec: bytes(0x80),
  engines: list(ENGINES.length, engineState),
  globalControl: u32,
});

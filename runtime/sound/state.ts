import { byteQueue, counter, describe, flag, lastClock, real, u32 } from '../snapshot/describe.ts';

/** A level of a voice with any gain. */
const LOUDEST = 1e6;

export const voiceState = describe({
  /** It plays, or is about to: time must not be left out of the recording. */
  isActive: flag,
  /** Virtual nanoseconds up to which its signal is in the mix. */
  until: real(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  /** Its level from then on, -32768 to 32767. */
  left: real(-LOUDEST, LOUDEST),
  right: real(-LOUDEST, LOUDEST),
});

export const mixerState = describe(
  {
    /** Frames a second that `frame` and `pending` are counted in. */
    rate: u32,
    /** The first frame that has not been sent, counted from the start of virtual time. */
    frame: counter,
    /** The parts of it and of the frames after it that are known: doubles, left and right. */
    pending: byteQueue,
  },
  { expected: 'a frame within the time that there is', holds: ({ rate, frame }) => frame <= lastClock(rate) },
);

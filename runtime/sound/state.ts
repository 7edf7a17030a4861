import { byteQueue, describe, f64, flag, u32 } from '../snapshot/describe.ts';

export const voiceState = describe({
  /** It plays, or is about to: time must not be left out of the recording. */
  isActive: flag,
  /** Virtual nanoseconds up to which its signal is in the mix. */
  until: f64,
  /** Its level from then on, -32768 to 32767. */
  left: f64,
  right: f64,
});

export const mixerState = describe({
  /** Frames a second that `frame` and `pending` are counted in. */
  rate: u32,
  /** The first frame that has not been sent, counted from the start of virtual time. */
  frame: f64,
  /** What is known of it and of those after it: doubles, left and right. */
  pending: byteQueue,
});

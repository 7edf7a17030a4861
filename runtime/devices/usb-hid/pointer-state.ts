import { byteQueue, describe, flag, i32, type StateOf, u8 } from '../../snapshot/describe.ts';

/** State that mice and tablets share. */
export const pointerState = describe({
  /** Events of the host's that were not looked at. */
  waiting: byteQueue,
  /** Movement that was not reported; the place of a tablet. */
  x: i32,
  y: i32,
  wheel: i32,
  buttons: u8,
  /** Something has changed since the last report. */
  isNew: flag,
});
export type PointerState = StateOf<typeof pointerState>;

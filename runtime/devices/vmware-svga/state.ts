import {
  bytes,
  choice,
  describe,
  flag,
  i32,
  integer,
  list,
  type StateOf,
  starting,
  u32,
} from '../../snapshot/describe.ts';
import { integerField } from '../../snapshot/fields.ts';
import { bochsFields } from '../bochs-vbe/state.ts';
import { CURSOR_SIDE, LARGEST, SCRATCH_COUNT, Version } from './registers.ts';

/** Bits of a pixel in the modes that there are. */
export const DEPTHS = [32, 24, 16, 8] as const;
/** Bytes of a cursor's picture, a double word a pixel. */
const CURSOR_BYTES = 4 * CURSOR_SIDE * CURSOR_SIDE;

const side = integer(0, CURSOR_SIDE);

/** The cursor, as it was defined last, and where it is. */
const cursorState = describe({
  isShown: flag,
  /** A number of the driver's, which it reads again: there is one cursor at a time. */
  id: u32,
  /** The pixel of the screen on which its hot spot is. */
  x: i32,
  y: i32,
  hotX: u32,
  hotY: u32,
  width: side,
  height: side,
  /** Pixels have an alpha value; else they are combined with what is there (CursorImage in vga/picture.ts). */
  hasAlpha: flag,
  pixels: bytes(CURSOR_BYTES),
});

export const vmwareState = describe({
  ...bochsFields,
  index: u32,
  version: starting(integerField('a version', Version.first, Version.last), Version.last),
  isEnabled: flag,
  /** The driver has set the memory for commands up. */
  isConfigured: flag,
  /** The driver waits until its commands have been carried out. */
  isSyncing: flag,
  width: starting(integerField('a width', 1, LARGEST.width), 640),
  height: starting(integerField('a height', 1, LARGEST.height), 480),
  depth: choice(DEPTHS),
  pitchLock: u32,
  guestId: u32,
  cursor: cursorState,
  scratch: list(SCRATCH_COUNT, u32),
});

export type VmwareState = StateOf<typeof vmwareState>;
export type CursorState = VmwareState['cursor'];

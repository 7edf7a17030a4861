/** Where things are while a program runs: the same on the host (harness.c) and in the emulated machine. */
export const PAGE = 4096;
/** Linear address of the first slot, a place for a page each. */
export const BASE = 0x0a000000;

const NOTHING = -1;
/**
 * The frame of memory that each slot shows: two of code; these once more, to change the code by; four of data and three of stack.
 * Around them is nothing.
 */
export const slotFrames: readonly number[] = [
  ...[NOTHING, 0, 1, NOTHING, 0, 1, NOTHING],
  ...[2, 3, 4, 5, NOTHING, 6, 7, 8, NOTHING],
];
export const FRAMES = 9;
export const CODE_FRAMES = 2;

const addressOf = (slot: number): number => BASE + slot * PAGE;
export const CODE_SLOT = 1;
export const ALIAS_SLOT = 4;
export const DATA_SLOT = 7;
export const STACK_SLOT = 12;
export const CODE = addressOf(CODE_SLOT);
/** Where the code can be written. */
export const ALIAS = addressOf(ALIAS_SLOT);
export const DATA = addressOf(DATA_SLOT);
export const STACK = addressOf(STACK_SLOT);
export const CODE_BYTES = CODE_FRAMES * PAGE;
export const DATA_BYTES = 4 * PAGE;
export const STACK_BYTES = 3 * PAGE;

/** FXSAVE's image as far as there is something in 32-bit code: see Image in event.ts. */
export const IMAGE_BYTES = 288;
/** Events after which a program is ended. */
export const MOST_EVENTS = 300;

export const Right = { none: 0, read: 1, write: 2 } as const;

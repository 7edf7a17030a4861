/** Offsets of what programs are made of and work on; the same in every mode. */
export const PROGRAM = 0x4000;
export const PROGRAM_PAGES = 4;
/** Two pages: data, the stack, and at the end counters of loops and targets of jumps. */
export const WRITABLE = 0x8000;
export const FRAME = WRITABLE + 0x800;
export const STACK = WRITABLE + 0x1d00;
export const COUNTERS = WRITABLE + 0x1e00;
export const TARGETS = WRITABLE + 0x1f00;
/** A page that user mode cannot write; there is none after it. */
export const READ_ONLY = 0xa000;

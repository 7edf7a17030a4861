/** Where things are in the guest's memory. What is written lies in pages without code, as it does in programs with segments of their own. */

/** The end of the stack; in virtual-8086 mode too. */
export const STACK = 0x7000;
/** Variables of the programs and of what runs them, in the segment at 0. */
export const VARIABLES = 0x600;
/** The boot sector, the code behind it, and the most that this may be: all is in the segment at 0. */
export const ORIGIN = 0x7c00;
export const MOST_BYTES = 0x10000 - ORIGIN;
/** Segments from here on are the programs' data. */
export const DATA = 0x2000;
/** Segments of what only protected mode has: the page directory, a page table, the monitor's stack. */
export const PAGE_DIRECTORY = 0x1000;
export const PAGE_TABLE = 0x1100;
export const MONITOR_STACK = 0x14000;

/** Selectors of the guest's descriptor table. */
export const selectors = {
  /** All 4 GB, for code of 32 bits. */
  code32: 0x08,
  data32: 0x10,
  /** Selectors of the 64 KB that real mode has. */
  code16: 0x18,
  data16: 0x20,
  /** Two segments of the programs' data. */
  first: 0x28,
  second: 0x30,
  task: 0x38,
  /** Another name of `code16`. */
  other: 0x40,
} as const;

/** The vector whose gate leads to an IRET, in protected mode; it is one of the free ones in real mode, too. */
export const SERVICE = 0x60;

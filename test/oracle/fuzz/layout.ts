/** Physical memory of a fuzzed machine. What is below ARENA belongs to the system; it is put back before each run. */
export const Layout = {
  interruptTable: 0x1000,
  globalTable: 0x2000,
  localTable: 0x3000,
  /** The current TSS with its bitmaps; then one that task gates lead to, of 32 and of 16 bits. */
  task: 0x4000,
  otherTask32: 0x7000,
  otherTask16: 0x7200,
  /** A handler of 4 bytes for each vector. */
  handlers: 0x8000,
  /** Tops of the stacks of the levels 0, 1, 2. */
  stacks: 0x9800,
  stackBytes: 0x400,
  /** Tables of 32-bit paging: a directory, a table for the lowest 4 MB, one for all else. */
  directory: 0xb000,
  lowTable: 0xc000,
  highTable: 0xd000,
  /** Tables of PAE paging: the four pointers; one directory for each GB; tables as above, for 2 MB. */
  pointers: 0xe000,
  wideDirectory: 0xf000,
  wideLowTable: 0x10000,
  wideHighTable: 0x11000,
} as const;

export const SYSTEM_BYTES = 0x12000;
/** Where real mode and VM86 run. */
export const LOW_ARENA = 0x20000;
export const LOW_ARENA_BYTES = 0x70000;
/** Where the others run. */
export const ARENA = 0x100000;
export const ARENA_BYTES = 0x100000;
export const MEMORY_BYTES = ARENA + ARENA_BYTES;

/** The port by which handlers end a run. */
export const EXIT_PORT = 0xf4;
/** Bytes of each handler. */
export const HANDLER_BYTES = 4;

/** Selectors of the descriptors that segment registers start with; what lies after them is random. */
export const Selector = {
  code32: 0x08,
  data32: 0x10,
  code16: 0x18,
  data16: 0x20,
  userCode32: 0x2b,
  userData32: 0x33,
  userCode16: 0x3b,
  userData16: 0x43,
  task: 0x48,
  local: 0x50,
  /** The eight segments once more, with a base and a limit. */
  based: 0x58,
  random: 0x98,
} as const;

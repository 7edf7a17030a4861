/** The adapter on PCI: VMware's SVGA II. */
export const Id = {
  vendorId: 0x15ad,
  deviceId: 0x0405,
  subsystemVendorId: 0x15ad,
  subsystemId: 0x0405,
  classCode: 0x030000,
} as const;

/** Bytes of video memory as QEMU's adapter has by default, and of the memory for commands. */
export const MEMORY_BYTES = 16 << 20;
export const FIFO_BYTES = 64 << 10;

/** Offsets in the range of ports. Each takes double words, also where these are not aligned (svga_interface.txt, "Registers"). */
export const Port = { index: 0, value: 1 } as const;
export const PORT_COUNT = 16;

/** Registers, by their index (VMware SVGA Device Developer Kit, svga_reg.h). */
export const Register = {
  id: 0,
  enable: 1,
  width: 2,
  height: 3,
  maxWidth: 4,
  maxHeight: 5,
  depth: 6,
  bitsPerPixel: 7,
  pseudoColor: 8,
  redMask: 9,
  greenMask: 10,
  blueMask: 11,
  bytesPerLine: 12,
  frameBufferStart: 13,
  frameBufferOffset: 14,
  memoryBytes: 15,
  frameBufferBytes: 16,
  capabilities: 17,
  fifoStart: 18,
  fifoBytes: 19,
  configurationDone: 20,
  sync: 21,
  busy: 22,
  guestId: 23,
  cursorId: 24,
  cursorX: 25,
  cursorY: 26,
  cursorOn: 27,
  hostBitsPerPixel: 28,
  scratchCount: 29,
  displayCount: 31,
  /** Bytes of a line, whatever the mode; 0: as many as its pixels take. */
  pitchLock: 32,
  palette: 1024,
  scratch: 1792,
} as const;

/** Registers of the driver's own, which the device only keeps. */
export const SCRATCH_COUNT = 64;

/** A driver asks for the highest version it knows, and reads which one it has got. */
export const Version = { first: 0x9000_0000, last: 0x9000_0002 } as const;

export const Capability = {
  rectangleFill: 1 << 0,
  rectangleCopy: 1 << 1,
  cursor: 1 << 5,
  /** The cursor's place is set by registers: those of the first version, and as a command does it. */
  cursorRegisters: (1 << 6) | (1 << 7),
  eightBits: 1 << 8,
  alphaCursor: 1 << 9,
  /** Linux's driver needs it. QEMU's adapter does not have it. */
  pitchLock: 1 << 17,
} as const;

/** Values of the register `cursorOn`. The others are for a device without a cursor of its own, which draws into the picture. */
export const CursorOn = { hide: 0, show: 1 } as const;

/** The largest picture, as QEMU's: with 32 bits a pixel it takes all of the memory. */
export const LARGEST = { width: 2368, height: 1770 } as const;
/** Pixels of a cursor's side. */
export const CURSOR_SIDE = 64;

/** Commands in the memory for them, by their first word. */
export const Command = {
  none: 0,
  update: 1,
  rectangleFill: 2,
  rectangleCopy: 3,
  defineCursor: 19,
  displayCursor: 20,
  moveCursor: 21,
  defineAlphaCursor: 22,
  updateVerbose: 25,
} as const;

/** Offsets of words with which the memory for commands begins. They are offsets themselves: where commands may be, and where the next one is put and taken. */
export const FifoWord = { first: 0, end: 4, next: 8, stop: 12 } as const;
export const FIFO_HEADER_BYTES = 16;
/** The least room for commands that a driver may set up. */
export const LEAST_FIFO_BYTES = 10 << 10;

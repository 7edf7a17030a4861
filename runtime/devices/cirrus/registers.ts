/** Registers of the CL-GD5446 beyond those of the VGA (Cirrus Logic, "CL-GD5446 Technical Reference Manual"; registers have its names). */

/** The adapter on PCI. */
export const Id = { vendorId: 0x1013, deviceId: 0x00b8, revision: 0, classCode: 0x030000 } as const;

/** Bytes of video memory, and the last 16 KB of it, where the patterns of the cursor are. */
export const MEMORY_BYTES = 4 << 20;
export const ADDRESS_MASK = MEMORY_BYTES - 1;
export const CURSOR_PATTERNS = MEMORY_BYTES - 0x4000;

export const Sequencer = {
  unlock: 0x06,
  mode: 0x07,
  /** Numerators of four clocks; denominators are from 1Bh on. */
  clockNumerator: 0x0b,
  memory: 0x0f,
  cursorX: 0x10,
  cursorY: 0x11,
  cursor: 0x12,
  cursorPattern: 0x13,
  scratch3: 0x15,
  configuration: 0x17,
  clockDenominator: 0x1b,
  memoryClock: 0x1f,
} as const;
export const SEQUENCER_COUNT = 0x20;
/**
 * The register that unlocks the extensions: `key`, under `mask`, unlocks them and is what is read then; `locked` is
 * read otherwise.
 */
export const Unlock = { mask: 0x17, key: 0x12, locked: 0x0f } as const;
/** Bit 0 turns the extensions of memory on; bits 1 to 3 say what a pixel is. */
export const SequencerMode = { extended: 0x01, depthMask: 0x0e } as const;
/** Parts of the index by which the cursor's position is written: the lowest three bits of the position are bits 5 to 7. */
export const CURSOR_INDEX = { mask: 0x1f, shift: 5 } as const;
export const Cursor = { shown: 0x01, ownColors: 0x02, large: 0x04 } as const;
/** Bits of the configuration: whether, and where, the registers of the BitBLT engine are in memory; bits 3 to 5 are the bus. */
export const Configuration = { mapped: 0x04, atLinearEnd: 0x40, writable: 0xc7, pci: 0x20 } as const;

export const Graphics = {
  background: 0x00,
  foreground: 0x01,
  mode: 0x05,
  bank0: 0x09,
  bank1: 0x0a,
  extension: 0x0b,
  width: 0x20,
  height: 0x22,
  destinationPitch: 0x24,
  sourcePitch: 0x26,
  destination: 0x28,
  destinationHigh: 0x2a,
  source: 0x2c,
  leftClip: 0x2f,
  blitMode: 0x30,
  blitStart: 0x31,
  operation: 0x32,
  blitExtension: 0x33,
  transparentColor: 0x34,
} as const;
export const GRAPHICS_COUNT = 0x40;
/** Indices of the second to fourth byte of the background; that of the foreground follows each. */
export const COLOR_BYTES = [0x10, 0x12, 0x14] as const;
/** Two banks of 32 KB instead of one of 64; bytes count eightfold or, with colors of 16 bits, sixteenfold; banks are counted in 16 KB. */
export const GraphicsExtension = {
  dualBank: 0x01,
  by8: 0x02,
  extendedWrites: 0x04,
  wide: 0x10,
  granularity16K: 0x20,
} as const;
export const GRAPHICS_MODE_WRITABLE = 0x7f;
/** Pixels of eight bits; otherwise colors are those of planes. */
export const SHIFT_256 = 0x40;

/** Bits of the extended graphics registers that can be written; the other registers are read-only, or not there (from 3Ah on). */
export const GRAPHICS_WRITABLE: Readonly<Record<number, number>> = {
  ...Object.fromEntries([0x09, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15].map((index) => [index, 0xff])),
  ...Object.fromEntries([0x20, 0x22, 0x24, 0x26, 0x28, 0x29, 0x2c, 0x2d, 0x2f].map((index) => [index, 0xff])),
  ...Object.fromEntries([0x30, 0x32, 0x33, 0x34, 0x35, 0x38, 0x39].map((index) => [index, 0xff])),
  ...Object.fromEntries([0x21, 0x23, 0x25, 0x27].map((index) => [index, 0x1f])),
  ...Object.fromEntries([0x2a, 0x2e].map((index) => [index, 0x3f])),
};
export const GRAPHICS_END = 0x3a;

export const BlitMode = {
  backwards: 0x01,
  toSystem: 0x02,
  fromSystem: 0x04,
  transparent: 0x08,
  pixelShift: 4,
  pixelMask: 0x30,
  pattern: 0x40,
  expand: 0x80,
} as const;
export const BlitStart = { busy: 0x01, start: 0x02, reset: 0x04, fifo: 0x10, automatic: 0x80 } as const;
export const BlitExtension = { doubleWords: 0x01, inverted: 0x02, solid: 0x04 } as const;

export const Crtc = {
  interlace: 0x1a,
  extension: 0x1b,
  overlay: 0x1d,
  attributeToggle: 0x24,
  attributeIndex: 0x26,
  id: 0x27,
} as const;
/** First and last index of registers that keep all that is written. */
export const CRTC_PLAIN = [0x19, 0x1d] as const;
/** Registers that can only be read; those at 22h (graphics latches) and 25h (part status) are 0 on the chip. */
export const CRTC_READ_ONLY: readonly number[] = [0x22, 0x25, 0x27];

/** Where the registers of the BitBLT engine are in memory: by offset, the index of the graphics register. */
export const BLIT_REGISTERS: readonly (number | undefined)[] = blitRegisters();
export const BLIT_REGISTER_BYTES = 0x100;

function blitRegisters(): (number | undefined)[] {
  const table: (number | undefined)[] = [0x00, 0x10, 0x12, 0x14, 0x01, 0x11, 0x13, 0x15];
  // Width, height, pitches and addresses lie as their indices do.
  for (let index = Graphics.width; index <= Graphics.blitMode; index++) table[index - 0x18] = index;
  delete table[0x2b - 0x18];
  const others = { 26: 0x32, 27: 0x33, 28: 0x34, 29: 0x35, 32: 0x38, 33: 0x39, 64: Graphics.blitStart };
  for (const [offset, index] of Object.entries(others)) table[Number(offset)] = index;
  return table;
}

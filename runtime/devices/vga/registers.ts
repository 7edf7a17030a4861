/**
 * VGA registers as IBM's VGA technical reference and the FreeVGA documentation ("VGA I/O port map" and what it leads to)
 * number them. Those of the CRT controller and of input status 1 are at 3Bxh while bit 0 of the miscellaneous output is 0.
 */
export const Port = {
  attribute: 0x3c0,
  attributeRead: 0x3c1,
  /** Miscellaneous output on writes, input status 0 on reads. */
  miscellaneous: 0x3c2,
  sequencerIndex: 0x3c4,
  sequencerData: 0x3c5,
  dacMask: 0x3c6,
  /** On reads: whether the DAC is being read or written. */
  dacReadIndex: 0x3c7,
  dacWriteIndex: 0x3c8,
  dacData: 0x3c9,
  featureRead: 0x3ca,
  miscellaneousRead: 0x3cc,
  graphicsIndex: 0x3ce,
  graphicsData: 0x3cf,
  crtcIndex: 0x3d4,
  crtcData: 0x3d5,
  /** Feature control on writes. */
  inputStatus1: 0x3da,
} as const;

/** Difference between a port in 3D0h-3DFh and its monochrome counterpart. */
export const MONOCHROME = 0x20;
/** First and number of the ports that move. */
export const MOVED_PORTS = [
  [Port.crtcIndex, 2],
  [Port.inputStatus1, 1],
  [Port.crtcIndex - MONOCHROME, 2],
  [Port.inputStatus1 - MONOCHROME, 1],
] as const;

/** Miscellaneous output. Bit 1 (RAM enable) is kept, and nothing else, as in QEMU: there is firmware that leaves it unset (GRUB's). */
export const Miscellaneous = { color: 0x01, clockShift: 2, writable: 0xef } as const;

export const InputStatus1 = { displayDisabled: 0x01, verticalRetrace: 0x08 } as const;

/** Sequencer, by index. */
export const Sequencer = { clocking: 1, mapMask: 2, characterMap: 3, memoryMode: 4 } as const;
export const SEQUENCER_WRITABLE = [0x03, 0x3d, 0x0f, 0x3f, 0x0e, 0, 0, 0xff];
export const Clocking = { eightDots: 0x01, halfDotClock: 0x08, screenOff: 0x20 } as const;
export const MemoryMode = { sequential: 0x04, chain4: 0x08 } as const;

/** Graphics controller, by index. */
export const Graphics = {
  setReset: 0,
  enableSetReset: 1,
  colorCompare: 2,
  /** Rotate count in bits 0-2, logical operation in bits 3-4. */
  dataRotate: 3,
  readMap: 4,
  mode: 5,
  miscellaneous: 6,
  colorDontCare: 7,
  bitMask: 8,
} as const;
export const GRAPHICS_WRITABLE = [0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff, 0, 0, 0, 0, 0, 0, 0];
export const GraphicsMode = {
  writeMode: 0x03,
  readMode1: 0x08,
  oddEven: 0x10,
  shiftShift: 5,
  shiftMask: 0x60,
} as const;
export const GraphicsMiscellaneous = { graphics: 0x01, chainOddEven: 0x02, mapShift: 2, mapMask: 0x0c } as const;

/** CRT controller, by index. */
export const Crtc = {
  horizontalTotal: 0x00,
  horizontalDisplayEnd: 0x01,
  horizontalBlankStart: 0x02,
  /** Bits 0-4 of the character at which blanking ends; bit 5 is bit 7 of the end of horizontal retrace. */
  horizontalBlankEnd: 0x03,
  horizontalRetraceEnd: 0x05,
  verticalTotal: 0x06,
  overflow: 0x07,
  presetRowScan: 0x08,
  /** Bits 0-4; bit 6 is a bit of line compare, bit 7 doubles the scan lines. */
  maximumScanLine: 0x09,
  cursorStart: 0x0a,
  cursorEnd: 0x0b,
  startAddressHigh: 0x0c,
  startAddressLow: 0x0d,
  cursorHigh: 0x0e,
  cursorLow: 0x0f,
  verticalRetraceStart: 0x10,
  verticalRetraceEnd: 0x11,
  verticalDisplayEnd: 0x12,
  offset: 0x13,
  underline: 0x14,
  mode: 0x17,
  lineCompare: 0x18,
} as const;
/** Registers 0-7 cannot be written while bit 7 of the end of vertical retrace is set, except for a bit of line compare. */
export const CRTC_PROTECT = 0x80;
export const Overflow = { displayEnd8: 0x02, lineCompare8: 0x10, displayEnd9: 0x40 } as const;
export const MaximumScanLine = { rows: 0x1f, lineCompare9: 0x40, doubleScan: 0x80 } as const;
export const CursorStart = { line: 0x1f, disabled: 0x20 } as const;
export const CrtcMode = { addressBit13: 0x01, addressBit14: 0x02, addressWrap: 0x40 } as const;

/** Attribute controller, by index; 0-15 are the palette. */
export const Attribute = { mode: 0x10, overscan: 0x11, planeEnable: 0x12, panning: 0x13, colorSelect: 0x14 } as const;
export const ATTRIBUTE_WRITABLE = [...Array.from({ length: 16 }, () => 0x3f), 0xef, 0xff, 0x3f, 0x0f, 0x0f];
/** Bit of the attribute index: the display uses the palette. While it is clear the screen is dark. */
export const PALETTE_TO_DISPLAY = 0x20;
export const AttributeMode = {
  lineGraphics: 0x04,
  blink: 0x08,
  panningStops: 0x20,
  colors256: 0x40,
  colorSelect: 0x80,
} as const;

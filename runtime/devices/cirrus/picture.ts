import type { HardwareCursor, PictureExtension } from '../vga/picture.ts';
import { GraphicsMiscellaneous, Graphics as VgaGraphics } from '../vga/registers.ts';
import { clockSelect, crtcTiming, type Timing } from '../vga/retrace.ts';
import { ADDRESS_BYTES, type Scan, vgaScan } from '../vga/scan.ts';
import {
  ADDRESS_MASK,
  Crtc,
  CURSOR_PATTERNS,
  Cursor,
  Graphics,
  Sequencer,
  SequencerMode,
  SHIFT_256,
} from './registers.ts';
import type { CirrusState } from './state.ts';

/** Frequency of the crystal from which the clocks are derived, in hertz. */
const CRYSTAL = 14_318_180;
const PATTERN_UNIT = 256;
const LAST_CURSOR_COLOR = 15;

/** Bits of a pixel by the sequencer's mode; with 16 the hidden register of the DAC says whether all of them count. */
const DEPTHS: Readonly<Record<number, Scan['depth']>> = { 0: 8, 2: 16, 4: 24, 6: 16, 8: 32 };
const HIDDEN_DEPTH = { mask: 0x0f, bits565: 1 } as const;

/** The parts of the picture in which the chip differs from a VGA. */
export function cirrusPicture(state: CirrusState): PictureExtension {
  const { height, start, lineBytes } = vgaScan(state);
  const { crtc } = state;
  const extension = crtc[Crtc.extension];
  const startHigh = ((extension & 1) << 16) | ((extension & 0x0c) << 15) | ((crtc[Crtc.overlay] & 0x80) << 12);
  const scan: Partial<Scan> = {
    depth: depthOf(state),
    // Every other line is one of the second field.
    height: (crtc[Crtc.interlace] & 1) !== 0 ? height * 2 : height,
    start: start + startHigh * ADDRESS_BYTES,
    lineBytes: lineBytes + ((extension & 0x10) << 4) * 2 * ADDRESS_BYTES,
    addressMask: ADDRESS_MASK,
  };
  return { scan, wideColors: false, cursor: cursorOf(state) };
}

function depthOf({ sequencer, graphics, hiddenDac }: CirrusState): Scan['depth'] {
  const isGraphics = (graphics[VgaGraphics.miscellaneous] & GraphicsMiscellaneous.graphics) !== 0;
  const mode = sequencer[Sequencer.mode];
  if (!isGraphics || (mode & SequencerMode.extended) === 0 || (graphics[Graphics.mode] & SHIFT_256) === 0) return 0;
  const depth = DEPTHS[mode & SequencerMode.depthMask] ?? 8;
  return depth === 16 && (hiddenDac & HIDDEN_DEPTH.mask) !== HIDDEN_DEPTH.bits565 ? 15 : depth;
}

function cursorOf({ sequencer, cursorX, cursorY, cursorPalette }: CirrusState): HardwareCursor | null {
  const attributes = sequencer[Sequencer.cursor];
  if ((attributes & Cursor.shown) === 0) return null;
  const isLarge = (attributes & Cursor.large) !== 0;
  const pattern = sequencer[Sequencer.cursorPattern] & (isLarge ? 0x3c : 0x3f);
  const color = (n: number): number[] => [...cursorPalette.subarray(3 * n, 3 * n + 3)];
  return {
    ...{ x: cursorX, y: cursorY, size: isLarge ? 64 : 32 },
    address: CURSOR_PATTERNS + pattern * PATTERN_UNIT,
    ...(isLarge ? { rowBytes: 16, planeBytes: 8 } : { rowBytes: 4, planeBytes: 128 }),
    colors: [color(0), color(LAST_CURSOR_COLOR)],
  };
}

/** The CRT controller counts by clocks that can be programmed (manual, "SRB-SRE", "SR1B-SR1E"). */
export function cirrusTiming(state: CirrusState): Timing {
  return crtcTiming(state, clockOf(state.sequencer, clockSelect(state)));
}

/** undefined: it has not been programmed, so that it is the VGA's. */
function clockOf(sequencer: Uint8Array, number: number): number | undefined {
  const numerator = sequencer[Sequencer.clockNumerator + number] & 0x7f;
  const divisor = sequencer[Sequencer.clockDenominator + number];
  const denominator = ((divisor >> 1) & 0x1f) * ((divisor & 1) !== 0 ? 2 : 1);
  return numerator === 0 || denominator === 0 ? undefined : (CRYSTAL * numerator) / denominator;
}

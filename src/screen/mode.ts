import { isVbeEnabled } from '../../runtime/devices/vga/modes.ts';
import type { ScreenRegisters } from '../../runtime/devices/vga/picture.ts';
import {
  Attribute,
  AttributeMode,
  Clocking,
  Crtc,
  CrtcMode,
  Graphics,
  GraphicsMiscellaneous,
  GraphicsMode,
  MaximumScanLine,
  PALETTE_TO_DISPLAY,
  Sequencer,
  Vbe,
} from '../../runtime/devices/vga/registers.ts';
import { lineCompare, verticalDisplayEnd } from '../../runtime/devices/vga/retrace.ts';
import { vbeGeometry } from '../../runtime/devices/vga/vbe.ts';

/** How bytes of memory become dots: text; four planes; two bits as CGA has them; a byte or more a pixel. */
export type Format = 'text' | 'planar' | 'cga' | 'bytes' | 'rgb15' | 'rgb16' | 'rgb24' | 'rgb32';

/** What the registers make of memory. */
export interface ScreenMode {
  /** The screen is dark. */
  readonly isOff: boolean;
  readonly format: Format;
  /** Dots of a line, and lines. */
  readonly width: number;
  readonly height: number;
  /** Dots that a pixel is wide. */
  readonly dots: number;
  /** Text: dots that a character is wide, and lines that it is high. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Offset in memory of the first line, and bytes from one to the next. */
  readonly start: number;
  readonly lineBytes: number;
  /** How many dots further left everything is shown. */
  readonly panning: number;
  /** Offset in memory by line of the screen, and the line of the character cell (or of a repeated line) that it is. */
  readonly addresses: Int32Array;
  readonly rows: Uint8Array;
  /** The first line below the split, where panning may stop; `height` if the screen is not split. */
  readonly split: number;
  /** Below the split nothing is panned. */
  readonly panningStops: boolean;
}

/** What VGA memory without VBE is long; addresses wrap around. */
export const VGA_MASK = 0x3ffff;
/** Bytes of memory that a step of the CRT controller's address is: one of each plane. */
export const ADDRESS_BYTES = 4;

export function decodeMode(registers: ScreenRegisters): ScreenMode {
  return isVbeEnabled(registers) ? vbeMode(registers) : vgaMode(registers);
}

function vbeMode(registers: ScreenRegisters): ScreenMode {
  const { vbe, attributeIndex } = registers;
  const [width, height, depth] = [vbe[Vbe.width], vbe[Vbe.height], vbe[Vbe.depth]];
  const { lineBytes, start } = vbeGeometry(registers);
  return {
    isOff: (attributeIndex & PALETTE_TO_DISPLAY) === 0,
    format: vbeFormats[depth] ?? 'bytes',
    ...{ width, height, start, lineBytes },
    ...{ dots: 1, cellWidth: 8, cellHeight: 1, panning: 0 },
    addresses: Int32Array.from({ length: height }, (_, y) => start + y * lineBytes),
    rows: new Uint8Array(height),
    ...{ split: height, panningStops: false },
  };
}

const vbeFormats: Readonly<Record<number, Format>> = {
  4: 'planar',
  8: 'bytes',
  15: 'rgb15',
  16: 'rgb16',
  24: 'rgb24',
  32: 'rgb32',
};

function vgaMode(registers: ScreenRegisters): ScreenMode {
  const { sequencer, crtc, attributeIndex } = registers;
  const clocking = sequencer[Sequencer.clocking];
  const format = vgaFormat(registers);
  const half = (clocking & Clocking.halfDotClock) !== 0;
  const textWidth = half ? 16 : (clocking & Clocking.eightDots) !== 0 ? 8 : 9;
  const cellWidth = format === 'text' ? textWidth : half && format !== 'bytes' ? 16 : 8;
  const height = format === 'text' ? textHeight(registers) : verticalDisplayEnd(registers) + 1;
  const lines = scanLines(registers, height);
  return {
    isOff: (attributeIndex & PALETTE_TO_DISPLAY) === 0 || (clocking & Clocking.screenOff) !== 0,
    format,
    width: (crtc[Crtc.horizontalDisplayEnd] + 1) * cellWidth,
    height,
    dots: format === 'bytes' || (half && format !== 'text') ? 2 : 1,
    cellWidth,
    cellHeight: (crtc[Crtc.maximumScanLine] & MaximumScanLine.rows) + 1,
    start: startAddress(crtc) * ADDRESS_BYTES,
    lineBytes: lineBytes(crtc),
    panning: panningOf(registers, cellWidth),
    ...lines,
    split: Math.min(lineCompare(registers) + 1, height),
    panningStops: (registers.attribute[Attribute.mode] & AttributeMode.panningStops) !== 0,
  };
}

/** Whole rows only, as in QEMU's pictures, unless they are scrolled by lines. */
function textHeight(registers: ScreenRegisters): number {
  const { crtc } = registers;
  const lines = verticalDisplayEnd(registers) + 1;
  const row = ((crtc[Crtc.maximumScanLine] & MaximumScanLine.rows) + 1) * scanRepeats(crtc);
  const isScrolled = (crtc[Crtc.presetRowScan] & MaximumScanLine.rows) !== 0;
  return isScrolled || lines < row ? lines : lines - (lines % row);
}

/** How often each line is shown. */
function scanRepeats(crtc: Uint8Array): number {
  return (crtc[Crtc.maximumScanLine] & MaximumScanLine.doubleScan) !== 0 ? 2 : 1;
}

function vgaFormat({ graphics }: ScreenRegisters): Format {
  if ((graphics[Graphics.miscellaneous] & GraphicsMiscellaneous.graphics) === 0) return 'text';
  const shift = (graphics[Graphics.mode] & GraphicsMode.shiftMask) >> GraphicsMode.shiftShift;
  return shift === 0 ? 'planar' : shift === 1 ? 'cga' : 'bytes';
}

function startAddress(crtc: Uint8Array): number {
  const bytePanning = (crtc[Crtc.presetRowScan] >> 5) & 3;
  return ((crtc[Crtc.startAddressHigh] << 8) | crtc[Crtc.startAddressLow]) + bytePanning;
}

/** The offset register counts words of the CRT controller's addresses. */
function lineBytes(crtc: Uint8Array): number {
  return crtc[Crtc.offset] * 2 * ADDRESS_BYTES;
}

/** With nine dots 8 means none, and 0-7 one more. In 256 colors it counts half pixels, which are dots here. */
function panningOf({ attribute, graphics }: ScreenRegisters, cellWidth: number): number {
  const value = attribute[Attribute.panning] & 15;
  const isText = (graphics[Graphics.miscellaneous] & GraphicsMiscellaneous.graphics) === 0;
  if (isText && cellWidth === 9) return value >= 8 ? 0 : value + 1;
  return value >= 8 ? 0 : value * (cellWidth === 16 ? 2 : 1);
}

/** What the CRT controller counts from line to line: the address, and the row of a character cell (FreeVGA, "CRTC"). */
function scanLines(registers: ScreenRegisters, height: number): Pick<ScreenMode, 'addresses' | 'rows'> {
  const { crtc } = registers;
  const lastRow = crtc[Crtc.maximumScanLine] & MaximumScanLine.rows;
  const repeats = scanRepeats(crtc);
  const split = lineCompare(registers);
  const addresses = new Int32Array(height);
  const rows = new Uint8Array(height);
  // As in QEMU: there is firmware that leaves the mode unset (GRUB's).
  const isText = vgaFormat(registers) === 'text';
  let address = startAddress(crtc) * ADDRESS_BYTES;
  let row = crtc[Crtc.presetRowScan] & MaximumScanLine.rows;
  let repeat = 0;
  for (let y = 0; y < height; y++) {
    addresses[y] = (isText ? address : withRow(address, row, crtc[Crtc.mode])) & VGA_MASK;
    rows[y] = row;
    repeat = (repeat + 1) % repeats;
    if (y === split) address = row = repeat = 0;
    else if (repeat === 0) {
      if (row === lastRow) address += lineBytes(crtc);
      row = row === lastRow ? 0 : (row + 1) & MaximumScanLine.rows;
    }
  }
  return { addresses, rows };
}

/** Modes of CGA and Hercules have bits of the row as bits 13 and 14 of the address: lines are interleaved. */
function withRow(address: number, row: number, mode: number): number {
  let result = address;
  const shift = (mode & CrtcMode.addressWrap) !== 0 ? 15 : 14;
  if ((mode & CrtcMode.addressBit13) === 0) result = (result & ~(1 << shift)) | ((row & 1) << shift);
  if ((mode & CrtcMode.addressBit14) === 0) result = (result & ~0x8000) | ((row & 2) << 14);
  return result;
}

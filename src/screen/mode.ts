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
} from '../../runtime/devices/vga/registers.ts';
import { blankedCharacters, type Scan, vgaScan } from '../../runtime/devices/vga/scan.ts';

/** How bytes of memory become dots: text; four planes; two bits as CGA has them; a byte or more a pixel. */
export type Format = 'text' | 'planar' | 'cga' | 'bytes' | 'rgb15' | 'rgb16' | 'rgb24' | 'rgb32';

/** The mode that the registers set: how memory becomes a picture. */
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
  /** Dots of each line that are dark: the first, and the one after the last. */
  readonly blanked: readonly [from: number, to: number];
  /** Offset in memory by line of the screen, and the line of the character cell (or of a repeated line) that it is. */
  readonly addresses: Int32Array;
  readonly rows: Uint8Array;
  /** The first line below the split, where panning may stop; `height` if the screen is not split. */
  readonly split: number;
  /** Below the split nothing is panned. */
  readonly panningStops: boolean;
}

/** Formats by the bits of a pixel, where an adapter's extension gives them. */
const formats: Readonly<Record<Exclude<Scan['depth'], 0>, Format>> = {
  4: 'planar',
  8: 'bytes',
  15: 'rgb15',
  16: 'rgb16',
  24: 'rgb24',
  32: 'rgb32',
};

export function decodeMode(registers: ScreenRegisters): ScreenMode {
  const scan: Scan = { ...vgaScan(registers), ...registers.scan };
  return scan.depth === 0 ? vgaMode(registers, scan) : extendedMode(registers, formats[scan.depth], scan);
}

/** Pixels are as wide as dots, and nothing is panned. */
function extendedMode(registers: ScreenRegisters, format: Format, scan: Scan): ScreenMode {
  const { characters, height, start, lineBytes, lineCompare, isLinear = false } = scan;
  return {
    isOff: !isLinear && (registers.attributeIndex & PALETTE_TO_DISPLAY) === 0,
    format,
    ...{ width: characters * 8, height, start, lineBytes },
    ...{ dots: 1, cellWidth: 8, cellHeight: 1, panning: 0, blanked: [0, 0] },
    ...(isLinear ? linearLines(scan) : scanLines(registers, scan, { height, firstRow: 0, hasRows: true })),
    ...{ split: Math.min(lineCompare + 1, height), panningStops: false },
  };
}

function vgaMode(registers: ScreenRegisters, scan: Scan): ScreenMode {
  const { sequencer, crtc, attributeIndex } = registers;
  const { start, lineBytes, lineCompare } = scan;
  const clocking = sequencer[Sequencer.clocking];
  const format = vgaFormat(registers);
  const isText = format === 'text';
  const half = (clocking & Clocking.halfDotClock) !== 0;
  const textWidth = half ? 16 : (clocking & Clocking.eightDots) !== 0 ? 8 : 9;
  const cellWidth = isText ? textWidth : half && format !== 'bytes' ? 16 : 8;
  const height = isText ? textHeight(crtc, scan.height) : scan.height;
  const firstRow = crtc[Crtc.presetRowScan] & MaximumScanLine.rows;
  return {
    isOff: (attributeIndex & PALETTE_TO_DISPLAY) === 0 || (clocking & Clocking.screenOff) !== 0,
    format,
    ...{ width: scan.characters * cellWidth, height, start, lineBytes },
    dots: format === 'bytes' || (half && !isText) ? 2 : 1,
    cellWidth,
    cellHeight: (crtc[Crtc.maximumScanLine] & MaximumScanLine.rows) + 1,
    panning: panningOf(registers, cellWidth),
    blanked: blankedDots(registers, cellWidth),
    // As in QEMU: there is firmware that leaves the mode unset (GRUB's).
    ...scanLines(registers, scan, { height, firstRow, hasRows: !isText }),
    split: Math.min(lineCompare + 1, height),
    panningStops: (registers.attribute[Attribute.mode] & AttributeMode.panningStops) !== 0,
  };
}

function blankedDots(registers: ScreenRegisters, cellWidth: number): readonly [from: number, to: number] {
  const [from, to] = blankedCharacters(registers);
  return [from * cellWidth, to * cellWidth];
}

/** Whole rows only, as in QEMU's pictures, unless they are scrolled by lines. */
function textHeight(crtc: Uint8Array, lines: number): number {
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

/** With nine dots 8 means none, and 0-7 one more. In 256 colors it counts half pixels, which are dots here. */
function panningOf({ attribute, graphics }: ScreenRegisters, cellWidth: number): number {
  const value = attribute[Attribute.panning] & 15;
  const isText = (graphics[Graphics.miscellaneous] & GraphicsMiscellaneous.graphics) === 0;
  if (isText && cellWidth === 9) return value >= 8 ? 0 : value + 1;
  return value >= 8 ? 0 : value * (cellWidth === 16 ? 2 : 1);
}

interface Counting {
  readonly height: number;
  readonly firstRow: number;
  /** Bits of the row may be bits of the address. */
  readonly hasRows: boolean;
}

/** The CRT controller's counters for each line: the address, and the row of a character cell (FreeVGA, "CRTC"). */
function scanLines(
  { crtc }: ScreenRegisters,
  { start, lineBytes, lineCompare, addressMask }: Scan,
  { height, firstRow, hasRows }: Counting,
): Pick<ScreenMode, 'addresses' | 'rows'> {
  const lastRow = crtc[Crtc.maximumScanLine] & MaximumScanLine.rows;
  const repeats = scanRepeats(crtc);
  const addresses = new Int32Array(height);
  const rows = new Uint8Array(height);
  let address = start;
  let row = firstRow;
  let repeat = 0;
  for (let y = 0; y < height; y++) {
    addresses[y] = (hasRows ? withRow(address, row, crtc[Crtc.mode]) : address) & addressMask;
    rows[y] = row;
    repeat = (repeat + 1) % repeats;
    if (y === lineCompare) address = row = repeat = 0;
    else if (repeat === 0) {
      if (row === lastRow) address += lineBytes;
      row = row === lastRow ? 0 : (row + 1) & MaximumScanLine.rows;
    }
  }
  return { addresses, rows };
}

/** One line after the other. */
function linearLines({ start, lineBytes, height }: Scan): Pick<ScreenMode, 'addresses' | 'rows'> {
  return {
    addresses: Int32Array.from({ length: height }, (_, y) => start + y * lineBytes),
    rows: new Uint8Array(height),
  };
}

/** Modes of CGA and Hercules have bits of the row as bits 13 and 14 of the address: lines are interleaved. */
function withRow(address: number, row: number, mode: number): number {
  let result = address;
  const shift = (mode & CrtcMode.addressWrap) !== 0 ? 15 : 14;
  if ((mode & CrtcMode.addressBit13) === 0) result = (result & ~(1 << shift)) | ((row & 1) << shift);
  if ((mode & CrtcMode.addressBit14) === 0) result = (result & ~0x8000) | ((row & 2) << 14);
  return result;
}

import { Crtc, MaximumScanLine, Overflow } from './registers.ts';
import type { VgaState } from './state.ts';

/** Video memory that a VGA has; addresses wrap around. */
export const VGA_MASK = 0x3ffff;
/** Bits of the character counter that the end of horizontal blanking is compared with. */
const BLANK_END_MASK = 0x3f;
/** Bytes of memory that a step of the CRT controller's address is: one of each plane. */
export const ADDRESS_BYTES = 4;

/** Which bytes of memory the picture is made of, and how many pixels. Plain data. */
export interface Scan {
  /** Bits of a pixel that is a number of its own, 15 for five of each color; 4: a bit of each plane; 0: what the VGA's registers say. */
  readonly depth: 0 | 4 | 8 | 15 | 16 | 24 | 32;
  /** Characters of eight or nine dots in a line; of the last one a part may be shown where pixels are numbers of their own. */
  readonly characters: number;
  /** Lines. */
  readonly height: number;
  /** Offset in memory of the first line, and bytes from one to the next. */
  readonly start: number;
  readonly lineBytes: number;
  /** The line after which memory is shown from its start on: the split of the screen. */
  readonly lineCompare: number;
  /** Addresses wrap around at the end of as much memory. */
  readonly addressMask: number;
  /** The VGA has no part in it: its CRT controller repeats no lines and changes no addresses, and it does not turn the screen off. */
  readonly isLinear?: boolean;
}

type ScanRegisters = Pick<VgaState, 'crtc'>;

/** The part of video memory that a VGA's CRT controller scans. */
export function vgaScan(registers: ScanRegisters): Scan {
  const { crtc } = registers;
  const bytePanning = (crtc[Crtc.presetRowScan] >> 5) & 3;
  return {
    depth: 0,
    characters: crtc[Crtc.horizontalDisplayEnd] + 1,
    height: verticalDisplayEnd(registers) + 1,
    start: (((crtc[Crtc.startAddressHigh] << 8) | crtc[Crtc.startAddressLow]) + bytePanning) * ADDRESS_BYTES,
    // The offset register counts words of the CRT controller's addresses.
    lineBytes: crtc[Crtc.offset] * 2 * ADDRESS_BYTES,
    lineCompare: lineCompare(registers),
    addressMask: VGA_MASK,
  };
}

/**
 * Characters of a line that are dark although they are within the displayed part: from the start of horizontal blanking on, to where the
 * lowest six bits of the counter are those of its end (IBM, "PS/2 Hardware Interface Technical Reference", CRT controller registers 2, 3 and 5).
 */
export function blankedCharacters({ crtc }: ScanRegisters): readonly [from: number, to: number] {
  const from = crtc[Crtc.horizontalBlankStart];
  const end = (crtc[Crtc.horizontalBlankEnd] & 0x1f) | ((crtc[Crtc.horizontalRetraceEnd] & 0x80) >> 2);
  // The counter is compared with the end from the character after the start on.
  return [from, from + 1 + ((end - from - 1) & BLANK_END_MASK)];
}

/** Bits 8 and 9 of a vertical count, which are bits of the overflow register. */
export function overflowBits({ crtc }: ScanRegisters, bit8: number, bit9: number): number {
  const overflow = crtc[Crtc.overflow];
  return (((overflow >> bit8) & 1) << 8) | (((overflow >> bit9) & 1) << 9);
}

/** The last line that is shown. */
export function verticalDisplayEnd(state: ScanRegisters): number {
  return state.crtc[Crtc.verticalDisplayEnd] | overflowBits(state, 1, 6);
}

function lineCompare({ crtc }: ScanRegisters): number {
  const bit8 = (crtc[Crtc.overflow] & Overflow.lineCompare8) !== 0 ? 0x100 : 0;
  const bit9 = (crtc[Crtc.maximumScanLine] & MaximumScanLine.lineCompare9) !== 0 ? 0x200 : 0;
  return crtc[Crtc.lineCompare] | bit8 | bit9;
}

import { ADDRESS_BYTES, VGA_MASK } from '../../runtime/devices/vga/scan.ts';
import { rgb } from './colors.ts';
import type { Format } from './mode.ts';

/** Colors for drawing lines. */
export interface LineColors {
  /** The sixteen colors of the attribute controller. */
  readonly sixteen: Uint32Array;
  /** All colors of the DAC. */
  readonly all: Uint32Array;
  /** Planes that count. */
  readonly planes: number;
}

/** Draws pixels from an offset in memory on; `line` takes a word for each. */
type DrawLine = (line: Uint32Array, memory: Uint8Array, address: number, colors: LineColors) => void;

/** One function for each way that memory becomes pixels, none of them wider than a dot. */
export const drawLine: Readonly<Record<Exclude<Format, 'text'>, DrawLine>> = {
  /** A pixel is a bit of each plane, the leftmost in the highest one. */
  planar(line, memory, address, { sixteen, planes }) {
    for (let x = 0; x < line.length; x++) {
      const at = (address + (x >> 3) * ADDRESS_BYTES) & (memory.length - 1);
      const shift = 7 - (x & 7);
      let index = 0;
      for (let plane = 0; plane < 4; plane++) index |= ((memory[at + plane] >> shift) & 1) << plane;
      line[x] = sixteen[index & planes];
    }
  },

  /** Two bits of planes 0 and 2 for four pixels, then of planes 1 and 3 for the next four. */
  cga(line, memory, address, { sixteen, planes }) {
    for (let x = 0; x < line.length; x++) {
      const at = (address + (x >> 3) * ADDRESS_BYTES + ((x >> 2) & 1)) & VGA_MASK;
      const shift = 6 - 2 * (x & 3);
      line[x] = sixteen[(((memory[at] >> shift) & 3) | (((memory[at + 2] >> shift) & 3) << 2)) & planes];
    }
  },

  bytes(line, memory, address, { all }) {
    for (let x = 0; x < line.length; x++) line[x] = all[memory[(address + x) & (memory.length - 1)]];
  },

  /** Colors end at 248, as QEMU's do in this depth alone. */
  rgb15(line, memory, address) {
    for (let x = 0, at = address; x < line.length; x++, at += 2) {
      const pixel = memory[at] | (memory[at + 1] << 8);
      line[x] = rgb((pixel >> 7) & 0xf8, (pixel >> 2) & 0xf8, (pixel << 3) & 0xf8);
    }
  },

  rgb16(line, memory, address) {
    for (let x = 0, at = address; x < line.length; x++, at += 2) {
      const pixel = memory[at] | (memory[at + 1] << 8);
      line[x] = rgb(fiveBits(pixel >> 11), sixBits(pixel >> 5), fiveBits(pixel));
    }
  },

  rgb24(line, memory, address) {
    for (let x = 0, at = address; x < line.length; x++, at += 3) {
      line[x] = rgb(memory[at + 2], memory[at + 1], memory[at]);
    }
  },

  rgb32(line, memory, address) {
    for (let x = 0, at = address; x < line.length; x++, at += 4) {
      line[x] = rgb(memory[at + 2], memory[at + 1], memory[at]);
    }
  },
};

/** Bytes of memory that so many pixels take. */
export function bytesOfPixels(format: Format, pixels: number): number {
  switch (format) {
    case 'rgb15':
    case 'rgb16':
      return pixels * 2;
    case 'rgb24':
      return pixels * 3;
    case 'rgb32':
      return pixels * 4;
    case 'bytes':
      return pixels;
    default:
      return Math.ceil(pixels / 8) * ADDRESS_BYTES;
  }
}

/** The highest bits are repeated below, so that the brightest color is 255. */
function fiveBits(value: number): number {
  const bits = value & 31;
  return (bits << 3) | (bits >> 2);
}

function sixBits(value: number): number {
  const bits = value & 63;
  return (bits << 2) | (bits >> 4);
}

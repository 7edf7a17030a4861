import type { CursorImage, CursorPattern, HardwareCursor } from '../../runtime/devices/vga/picture.ts';
import { eightBits, rgb } from './colors.ts';

const COLOR_BITS = 0xffffff;
/** The largest component, and the alpha value of what hides all that is there. */
const FULL = 255;

/** Draws the cursor over a picture whose lines have `width` dots. */
export function drawCursor(cursor: HardwareCursor, memory: Uint8Array, dots: Uint32Array, width: number): void {
  if ('pixels' in cursor) drawImage(cursor, dots, width);
  else drawPattern(cursor, memory, dots, width);
}

/** A pixel of a pattern is nothing, what is there inverted, its background or its foreground. */
function drawPattern(cursor: CursorPattern, memory: Uint8Array, dots: Uint32Array, width: number): void {
  const { x, y, size, colors } = cursor;
  const [background, foreground] = colors.map(([red = 0, green = 0, blue = 0]) =>
    rgb(eightBits(red), eightBits(green), eightBits(blue)),
  );
  const height = dots.length / width;
  for (let row = 0; row < size && y + row < height; row++) {
    for (let column = 0; column < size && x + column < width; column++) {
      const at = (y + row) * width + x + column;
      const bits = bitsOf(cursor, memory, row, column);
      if (bits === 1) dots[at] ^= COLOR_BITS;
      else if (bits === 2) dots[at] = background;
      else if (bits === 3) dots[at] = foreground;
    }
  }
}

/** Two bits: that of the first plane is the lower one. */
function bitsOf(cursor: CursorPattern, memory: Uint8Array, row: number, column: number): number {
  const { address, rowBytes, planeBytes } = cursor;
  const at = address + row * rowBytes + (column >> 3);
  const shift = 7 - (column & 7);
  return ((memory[at] >> shift) & 1) | (((memory[at + planeBytes] >> shift) & 1) << 1);
}

function drawImage({ x, y, width, height, blending, pixels }: CursorImage, dots: Uint32Array, lineDots: number): void {
  const blend = blending === 'over' ? over : exclusiveOr;
  const lines = dots.length / lineDots;
  for (let row = Math.max(0, -y); row < height && y + row < lines; row++) {
    for (let column = Math.max(0, -x); column < width && x + column < lineDots; column++) {
      const at = (y + row) * lineDots + x + column;
      dots[at] = blend(pixels[row * width + column], dots[at]);
    }
  }
}

/** The dot whose color a pixel's bits 23 to 0 are. */
const dotOf = (pixel: number): number => rgb((pixel >> 16) & 0xff, (pixel >> 8) & 0xff, pixel & 0xff);

function exclusiveOr(pixel: number, dot: number): number {
  return pixel >>> 24 === 0 ? dotOf(pixel) : dot ^ (dotOf(pixel) & COLOR_BITS);
}

function over(pixel: number, dot: number): number {
  const kept = FULL - (pixel >>> 24);
  const mixed = (shift: number): number =>
    Math.min(FULL, ((dotOf(pixel) >>> shift) & 0xff) + Math.round((((dot >>> shift) & 0xff) * kept) / FULL));
  return rgb(mixed(0), mixed(8), mixed(16));
}

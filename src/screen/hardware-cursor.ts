import type { HardwareCursor } from '../../runtime/devices/vga/picture.ts';
import { eightBits, rgb } from './colors.ts';

const COLOR_BITS = 0xffffff;

/** Draws the cursor over a picture; a pixel of it is nothing, what is there inverted, its background or its foreground. */
export function drawCursor(cursor: HardwareCursor, memory: Uint8Array, dots: Uint32Array, width: number): void {
  const { x, y, size, colors } = cursor;
  const [background, foreground] = colors.map(([red = 0, green = 0, blue = 0]) =>
    rgb(eightBits(red), eightBits(green), eightBits(blue)),
  );
  const height = dots.length / width;
  for (let row = 0; row < size && y + row < height; row++) {
    for (let column = 0; column < size && x + column < width; column++) {
      const at = (y + row) * width + x + column;
      const bits = pixelOf(cursor, memory, row, column);
      if (bits === 1) dots[at] ^= COLOR_BITS;
      else if (bits === 2) dots[at] = background;
      else if (bits === 3) dots[at] = foreground;
    }
  }
}

/** Two bits: that of the first plane is the lower one. */
function pixelOf(cursor: HardwareCursor, memory: Uint8Array, row: number, column: number): number {
  const { address, rowBytes, planeBytes } = cursor;
  const at = address + row * rowBytes + (column >> 3);
  const shift = 7 - (column & 7);
  return ((memory[at] >> shift) & 1) | (((memory[at + planeBytes] >> shift) & 1) << 1);
}

import { type Blit, patternRowBytes } from './blit.ts';
import type { RasterOperation } from './raster-operations.ts';
import { byteAt, pixelAt, putPixel, type Surface } from './surface.ts';

/** Rows and columns of a pattern. */
const PATTERN = 8;

/** One line of a color, of a pattern, or of bits that are colors: `row` is the pattern's. */
export type DrawLine = (
  blit: Blit,
  operation: RasterOperation,
  target: Surface,
  from: Surface,
  source: number,
  to: number,
) => void;

/** Bits from the source's first byte on, the highest first. */
export const expandLine: DrawLine = (blit, operation, target, from, source, to) => {
  drawBits(blit, operation, target, to, (pixel) => byteAt(from, source + (pixel >> 3)));
};

/** Eight bits again and again. */
export const expandPatternLine: DrawLine = (blit, operation, target, from, source, to) => {
  const bits = byteAt(from, source);
  drawBits(blit, operation, target, to, () => bits);
};

/** Eight pixels again and again. */
export const patternLine: DrawLine = (blit, operation, target, from, source, to) => {
  const { width, pixelBytes, skippedBytes, skippedPixels } = blit;
  const pixels = Array.from({ length: PATTERN }, (_, n) => pixelAt(from, source + n * pixelBytes, pixelBytes));
  for (let x = skippedBytes, n = skippedPixels; x < width; x += pixelBytes, n++) {
    putPixel(target, to + x, pixelBytes, pixels[n % PATTERN], operation);
  }
};

export const fillLine: DrawLine = ({ width, pixelBytes, foreground }, operation, target, _from, _source, to) => {
  for (let x = 0; x < width; x += pixelBytes) putPixel(target, to + x, pixelBytes, foreground, operation);
};

function drawBits(
  { width, pixelBytes, skippedBytes, skippedPixels, isTransparent, isInverted, foreground, background }: Blit,
  operation: RasterOperation,
  target: Surface,
  to: number,
  bitsOf: (pixel: number) => number,
): void {
  const drawn = isInverted ? 0 : 1;
  const colors = [background, foreground];
  let bits = 0;
  for (let x = skippedBytes, n = skippedPixels; x < width; x += pixelBytes, n++) {
    if (x === skippedBytes || (n & 7) === 0) bits = bitsOf(n);
    const bit = (bits >> (7 - (n & 7))) & 1;
    if (!isTransparent || bit === drawn) putPixel(target, to + x, pixelBytes, colors[bit], operation);
  }
}

/** Bytes from the first row of a pattern to the second. */
export function patternRow({ kind, pixelBytes }: Blit): number {
  return kind === 'pattern' ? patternRowBytes(pixelBytes) : 1;
}

/** Where a pattern begins in memory, and the row that is the first drawn: the lowest bits of the address. */
export function patternPlace(blit: Blit): { readonly start: number; readonly row: number } {
  const bytes = PATTERN * patternRow(blit);
  return { start: blit.source & ~(bytes - 1), row: blit.source & (PATTERN - 1) };
}

/** Bytes of bits that a line takes; the next one begins with the next byte, or double word. */
export function expandedBytes({ width, pixelBytes, skippedBytes, skippedPixels, hasDoubleWords }: Blit): number {
  const pixels = Math.max(1, skippedPixels + Math.ceil((width - skippedBytes) / pixelBytes));
  return hasDoubleWords ? Math.ceil(pixels / 32) * 4 : Math.ceil(pixels / 8);
}

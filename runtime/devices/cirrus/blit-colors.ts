import { type Blit, bitsBytes, PATTERN_SIZE, patternPitch } from './blit.ts';
import { type RasterOperation, takeSource } from './raster-operations.ts';
import { alignedTo, byteAt, pixelAt, putPixel, type Surface } from './surface.ts';

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
  const { isTransparent, skippedBytes, skippedPixels, foreground, background } = blit;
  if (isTransparent) drawBits(blit, operation, target, to, () => bits);
  else {
    const pixelOf = (n: number): number => (((bits >> (7 - (n & 7))) & 1) !== 0 ? foreground : background);
    drawRepeated(blit, operation, target, to, { first: skippedPixels, at: skippedBytes, pixelOf });
  }
};

/** Eight pixels again and again. */
export const patternLine: DrawLine = (blit, operation, target, from, source, to) => {
  const { pixelBytes, skippedBytes, skippedPixels } = blit;
  const pixelOf = (n: number): number => pixelAt(from, source + (n % PATTERN_SIZE) * pixelBytes, pixelBytes);
  drawRepeated(blit, operation, target, to, { first: skippedPixels, at: skippedBytes, pixelOf });
};

export const fillLine: DrawLine = (blit, operation, target, _from, _source, to) => {
  drawRepeated(blit, operation, target, to, { first: 0, at: 0, pixelOf: () => blit.foreground });
};

/** A pattern that repeats after eight pixels: the number of its first pixel, and the byte of the line where that one is drawn. */
interface Repeated {
  readonly first: number;
  readonly at: number;
  readonly pixelOf: (n: number) => number;
}

/** Where nothing that was there counts, eight pixels are drawn, and the others are copies of these. */
function drawRepeated(
  { width, pixelBytes }: Blit,
  operation: RasterOperation,
  target: Surface,
  to: number,
  { first, at, pixelOf }: Repeated,
): void {
  const start = alignedTo(to + at, pixelBytes);
  const length = Math.ceil((width - at) / pixelBytes) * pixelBytes;
  const isCopied = operation === takeSource && start + length <= target.mask + 1;
  const drawn = isCopied ? Math.min(length, PATTERN_SIZE * pixelBytes) : length;
  for (let x = 0, n = first; x < drawn; x += pixelBytes, n++) {
    putPixel(target, to + at + x, pixelBytes, pixelOf(n), operation);
  }
  const from = target.start + start;
  for (let done = drawn; done < length; done *= 2) {
    target.bytes.copyWithin(from + done, from, from + Math.min(done, length - done));
  }
}

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

/** Where a pattern begins in memory, and the row that is the first drawn: the lowest bits of the address. */
export function patternPlace(blit: Blit): { readonly start: number; readonly row: number } {
  const bytes = PATTERN_SIZE * patternPitch(blit);
  return { start: blit.source & ~(bytes - 1), row: blit.source & (PATTERN_SIZE - 1) };
}

/** Bytes of bits that a line takes in memory. */
export function expandedBytes({ width, pixelBytes, skippedBytes, skippedPixels, hasDoubleWords }: Blit): number {
  const pixels = Math.max(1, skippedPixels + Math.ceil((width - skippedBytes) / pixelBytes));
  return bitsBytes(pixels, hasDoubleWords);
}

import type { Blit } from './blit.ts';
import { type RasterOperation, takeSource } from './raster-operations.ts';
import { byteAt, pixelAt, type Surface } from './surface.ts';

/** One line of a copy. Backwards, the addresses are those of its last byte. */
export function copyLine(
  blit: Blit,
  operation: RasterOperation,
  target: Surface,
  from: Surface,
  source: number,
  to: number,
): void {
  if (blit.isTransparent) copyAllButKey(blit, operation, target, from, source, to);
  else if (operation !== takeSource || !moveLine(blit, target, from, source, to)) {
    combineLine(blit, operation, target, from, source, to);
  }
}

/** Moves the bytes at once where that is the same as one after the other; tells whether it was. */
function moveLine({ width, isBackwards }: Blit, target: Surface, from: Surface, source: number, to: number): boolean {
  const [first, firstTo] = isBackwards ? [source - width + 1, to - width + 1] : [source, to];
  if (first < 0 || firstTo < 0 || first + width > from.mask + 1 || firstTo + width > target.mask + 1) return false;
  const repeats = isBackwards ? firstTo < first && first < firstTo + width : first < firstTo && firstTo < first + width;
  if (from.bytes !== target.bytes) {
    target.bytes.set(from.bytes.subarray(from.start + first, from.start + first + width), target.start + firstTo);
  } else if (repeats) return false;
  else target.bytes.copyWithin(target.start + firstTo, from.start + first, from.start + first + width);
  return true;
}

function combineLine(
  { width, isBackwards }: Blit,
  operation: RasterOperation,
  { bytes, start, mask }: Surface,
  from: Surface,
  source: number,
  to: number,
): void {
  const step = isBackwards ? -1 : 1;
  for (let n = 0; n < width; n++) {
    const at = start + ((to + n * step) & mask);
    bytes[at] = operation(bytes[at], byteAt(from, source + n * step));
  }
}

/** Leaves out what would become the key. */
function copyAllButKey(
  { width, pixelBytes, key, isBackwards }: Blit,
  operation: RasterOperation,
  target: Surface,
  from: Surface,
  source: number,
  to: number,
): void {
  const step = isBackwards ? -pixelBytes : pixelBytes;
  // Backwards, the address is that of a pixel's last byte.
  const first = isBackwards ? 1 - pixelBytes : 0;
  const ones = pixelBytes === 1 ? 0xff : 0xffff;
  for (let n = 0, offset = first; n < width; n += pixelBytes, offset += step) {
    const pixel =
      operation(pixelAt(target, to + offset, pixelBytes), pixelAt(from, source + offset, pixelBytes)) & ones;
    if (pixel === (key & ones)) continue;
    const at = (to + offset) & ~(pixelBytes - 1) & target.mask;
    for (let byte = 0; byte < pixelBytes; byte++) target.bytes[target.start + at + byte] = pixel >> (8 * byte);
  }
}

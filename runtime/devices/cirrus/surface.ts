import type { VideoRam } from '../vga/video-ram.ts';
import type { RasterOperation } from './raster-operations.ts';

/** Bytes that are read at addresses which wrap around. */
export interface Surface {
  readonly bytes: Uint8Array;
  /** Index of address 0. */
  readonly start: number;
  /** One less than its length, a power of 2. */
  readonly mask: number;
}

/** All of an adapter's memory. */
export function surfaceOf({ ram, start, length }: VideoRam): Surface {
  return { bytes: ram.bytes, start, mask: length - 1 };
}

export function byteAt({ bytes, start, mask }: Surface, address: number): number {
  return bytes[start + (address & mask)];
}

/** Pixels of two and four bytes are at addresses that are multiples of that. */
export function alignedTo(address: number, pixelBytes: number): number {
  return pixelBytes === 3 ? address : address & ~(pixelBytes - 1);
}

export function pixelAt(surface: Surface, address: number, pixelBytes: number): number {
  const first = alignedTo(address, pixelBytes);
  let pixel = 0;
  for (let n = 0; n < pixelBytes; n++) pixel |= byteAt(surface, first + n) << (8 * n);
  return pixel;
}

/** Combines a pixel with what is there. */
export function putPixel(
  { bytes, start, mask }: Surface,
  address: number,
  pixelBytes: number,
  pixel: number,
  operation: RasterOperation,
): void {
  const first = alignedTo(address, pixelBytes);
  for (let n = 0; n < pixelBytes; n++) {
    const at = start + ((first + n) & mask);
    bytes[at] = operation(bytes[at], (pixel >>> (8 * n)) & 0xff);
  }
}

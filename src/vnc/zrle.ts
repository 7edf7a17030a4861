import type { CompressedPixel, PixelPacker } from './pixel-format.ts';
import { dotsOf, type Picture, type Rectangle } from './rectangle.ts';

/** Dots of a tile's sides (RFC 6143, 7.7.6). */
const TILE = 64;
/** Colors of the largest palette with packed indexes. */
const MOST_COLORS = 16;

/** The tiles of a part of a picture, as they are before they are compressed. Kinds with run lengths are not used: zlib finds runs. */
export function zrleTiles(picture: Picture, part: Rectangle, packer: PixelPacker, kept: CompressedPixel): Uint8Array[] {
  const tiles: Uint8Array[] = [];
  for (let y = 0; y < part.height; y += TILE) {
    const height = Math.min(TILE, part.height - y);
    for (let x = 0; x < part.width; x += TILE) {
      const place = { x: part.x + x, y: part.y + y, width: Math.min(TILE, part.width - x), height };
      tiles.push(
        ...tileBytes(dotsOf(picture, place), place.width, (dots) => compressed(packer.pack(dots), packer, kept)),
      );
    }
  }
  return tiles;
}

/** The bytes of pixels that have any color in them. */
function compressed(
  bytes: Uint8Array,
  { bytesPerPixel }: PixelPacker,
  { start, bytes: count }: CompressedPixel,
): Uint8Array {
  if (count === bytesPerPixel) return bytes;
  const result = new Uint8Array((bytes.length / bytesPerPixel) * count);
  for (let from = start, to = 0; to < result.length; from += bytesPerPixel, to += count)
    for (let n = 0; n < count; n++) result[to + n] = bytes[from + n];
  return result;
}

function tileBytes(dots: Uint32Array, width: number, pack: (dots: Uint32Array) => Uint8Array): Uint8Array[] {
  const palette = paletteOf(dots);
  if (palette === null) return [Uint8Array.of(0), pack(dots)];
  const colors = pack(Uint32Array.from(palette.keys()));
  if (palette.size === 1) return [Uint8Array.of(1), colors];
  return [Uint8Array.of(palette.size), colors, packedIndexes(dots, width, palette)];
}

/** Colors with their indexes; null: there are too many. */
function paletteOf(dots: Uint32Array): Map<number, number> | null {
  const palette = new Map<number, number>();
  let last = -1;
  for (const dot of dots) {
    if (dot === last) continue;
    last = dot;
    if (palette.has(dot)) continue;
    if (palette.size === MOST_COLORS) return null;
    palette.set(dot, palette.size);
  }
  return palette;
}

/** Indexes of 1, 2 or 4 bits, the leftmost in the highest bits; each line begins with a byte. */
function packedIndexes(dots: Uint32Array, width: number, palette: ReadonlyMap<number, number>): Uint8Array {
  const bits = palette.size === 2 ? 1 : palette.size <= 4 ? 2 : 4;
  const lineBytes = Math.ceil((width * bits) / 8);
  const result = new Uint8Array(lineBytes * (dots.length / width));
  for (let n = 0; n < dots.length; n++) {
    const bit = (n % width) * bits;
    const at = Math.floor(n / width) * lineBytes + (bit >> 3);
    result[at] |= palette.get(dots[n])! << (8 - bits - (bit & 7));
  }
  return result;
}

import type { CursorImage } from '../vga/picture.ts';
import { CURSOR_SIDE } from './registers.ts';
import type { CursorState, VmwareState } from './state.ts';

/** Eight bits of color, all of them set. */
const FULL = 0xff;
const WHITE = 0xffffff;
/** The upper byte of a pixel that leaves what is there (CursorImage). */
const KEEPS = 0xff000000;

/** A color of a mask as red, green and blue, eight bits each, by its bits of a pixel. */
const colorsOf: Readonly<Record<number, (value: number, palette: Uint8Array) => number>> = {
  1: (value) => value * WHITE,
  8: (value, palette) => (palette[3 * value]! << 16) | (palette[3 * value + 1]! << 8) | palette[3 * value + 2]!,
  16: (value) => (scaled(value >> 11, 5) << 16) | (scaled((value >> 5) & 0x3f, 6) << 8) | scaled(value & 0x1f, 5),
  24: (value) => value,
  32: (value) => value & WHITE,
};

function scaled(value: number, bits: number): number {
  return Math.round((value * FULL) / ((1 << bits) - 1));
}

/** Double words of a mask: each line begins with a new one. */
export function maskWords(width: number, height: number, depth: number): number {
  return Math.ceil((width * depth) / 32) * height;
}

/** Size and hot spot of a cursor, as a command has them before its picture. */
export interface CursorShape {
  readonly hotX: number;
  readonly hotY: number;
  readonly width: number;
  readonly height: number;
}

/** Whether the device can show a cursor of this size, with masks of these depths. */
export function canShow({ width, height }: CursorShape, ...depths: readonly number[]): boolean {
  return width <= CURSOR_SIDE && height <= CURSOR_SIDE && depths.every((depth) => depth in colorsOf);
}

/** A cursor of two masks, by which pixels are first combined with AND, then with XOR. */
export function defineMasks(
  { cursor, palette }: VmwareState,
  shape: CursorShape,
  [andDepth, xorDepth]: readonly [number, number],
  words: Uint32Array,
): void {
  const { width, height } = shape;
  const and = maskReader(words, width, andDepth);
  const xor = maskReader(words.subarray(maskWords(width, height, andDepth)), width, xorDepth);
  const color = colorsOf[xorDepth]!;
  define(cursor, shape, false, (x, y) => (and(x, y) !== 0 ? KEEPS : 0) | color(xor(x, y), palette));
}

/** A cursor whose pixels have alpha values, by which their colors have been multiplied. */
export function defineAlpha({ cursor }: VmwareState, shape: CursorShape, words: Uint32Array): void {
  define(cursor, shape, true, (x, y) => words[y * shape.width + x]!);
}

function define(
  cursor: CursorState,
  shape: CursorShape,
  hasAlpha: boolean,
  pixel: (x: number, y: number) => number,
): void {
  const { hotX, hotY, width, height } = shape;
  Object.assign(cursor, { hotX, hotY, width, height, hasAlpha });
  const view = new DataView(cursor.pixels.buffer, cursor.pixels.byteOffset);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) view.setUint32(4 * (y * width + x), pixel(x, y), true);
}

/** Pixels of a mask: bytes of a line from left to right, and in a byte the highest bit first. */
function maskReader(words: Uint32Array, width: number, depth: number): (x: number, y: number) => number {
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
  const lineBytes = 4 * maskWords(width, 1, depth);
  if (depth === 1) return (x, y) => (view.getUint8(y * lineBytes + (x >> 3)) >> (7 - (x & 7))) & 1;
  const size = depth >> 3;
  return (x, y) => {
    let value = 0;
    for (let n = 0; n < size; n++) value |= view.getUint8(y * lineBytes + x * size + n) << (8 * n);
    return value >>> 0;
  };
}

/** The cursor as it is over the picture, if it is. */
export function cursorImage({
  isShown,
  x,
  y,
  hotX,
  hotY,
  width,
  height,
  hasAlpha,
  pixels,
}: CursorState): CursorImage | null {
  if (!isShown || width === 0 || height === 0) return null;
  const image = new Uint32Array(pixels.slice(0, 4 * width * height).buffer);
  return { x: x - hotX, y: y - hotY, width, height, blending: hasAlpha ? 'over' : 'xor', pixels: image };
}

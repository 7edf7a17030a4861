import { type RasterOperation, rasterOperations } from './raster-operations.ts';
import { ADDRESS_MASK, BlitExtension, BlitMode, COLOR_BYTES, Graphics, MEMORY_BYTES } from './registers.ts';
import { LINE_BYTES } from './state.ts';

/** Rows of a pattern, and pixels of a row. */
export const PATTERN_SIZE = 8;

/** Where the pixels of a BitBLT come from: the source itself, bits of it that are colors, 8 x 8 of either, or one color. */
export type BlitKind = 'copy' | 'expansion' | 'pattern' | 'expandedPattern' | 'fill';

/** The parameters of a BitBLT from the registers. Widths, pitches and addresses are in bytes. */
export interface Blit {
  readonly kind: BlitKind;
  readonly width: number;
  readonly height: number;
  readonly pixelBytes: number;
  readonly destination: number;
  readonly source: number;
  /** Negative where lines come from the last one up. */
  readonly destinationPitch: number;
  readonly sourcePitch: number;
  readonly isBackwards: boolean;
  /** null: nothing changes. */
  readonly operation: RasterOperation | null;
  /** Pixels of the background, or of the color of `key`, are left out. */
  readonly isTransparent: boolean;
  /** Bits that are 0 are the foreground, and drawn in the background's color. */
  readonly isInverted: boolean;
  readonly foreground: number;
  readonly background: number;
  readonly key: number;
  /** Pixels at the left of each line that are left out, and how many bytes they are. */
  readonly skippedPixels: number;
  readonly skippedBytes: number;
  /** Each line of bits begins with a double word. */
  readonly hasDoubleWords: boolean;
  /** The processor writes the source. */
  readonly isFromSystem: boolean;
}

/** The BitBLT that graphics registers describe, of which 0 and 1 have all their bits; null: one that is not done. */
export function decodeBlit(registers: Uint8Array): Blit | null {
  const mode = registers[Graphics.blitMode];
  const extension = registers[Graphics.blitExtension];
  const kind = kindOf(mode, extension);
  const pixelBytes = ((mode & BlitMode.pixelMask) >> BlitMode.pixelShift) + 1;
  const isTransparent = (mode & BlitMode.transparent) !== 0;
  const isBackwards = kind === 'copy' && (mode & BlitMode.backwards) !== 0;
  const direction = isBackwards ? -1 : 1;
  const blit: Blit = {
    kind,
    pixelBytes,
    isTransparent,
    isBackwards,
    width: word(registers, Graphics.width) + 1,
    height: word(registers, Graphics.height) + 1,
    destination: address(registers, Graphics.destination),
    source: address(registers, Graphics.source),
    destinationPitch: word(registers, Graphics.destinationPitch) * direction,
    sourcePitch: word(registers, Graphics.sourcePitch) * direction,
    operation: rasterOperations.get(registers[Graphics.operation]) ?? null,
    isInverted: isTransparent && (extension & BlitExtension.inverted) !== 0,
    foreground: color(registers, Graphics.foreground),
    background: color(registers, Graphics.background),
    key: word(registers, Graphics.transparentColor),
    ...leftClip(registers[Graphics.leftClip], pixelBytes),
    hasDoubleWords: (extension & BlitExtension.doubleWords) !== 0,
    isFromSystem: kind !== 'fill' && (mode & BlitMode.fromSystem) !== 0,
  };
  return isDone(blit, mode) ? blit : null;
}

function kindOf(mode: number, extension: number): BlitKind {
  const both = BlitMode.pattern | BlitMode.expand;
  const isSolid = (extension & BlitExtension.solid) !== 0;
  if (isSolid && (mode & (both | BlitMode.transparent | BlitMode.toSystem)) === both) return 'fill';
  if ((mode & both) === both) return 'expandedPattern';
  if ((mode & BlitMode.pattern) !== 0) return 'pattern';
  return (mode & BlitMode.expand) !== 0 ? 'expansion' : 'copy';
}

/** With pixels of three bytes the register counts bytes. */
function leftClip(value: number, pixelBytes: number): Pick<Blit, 'skippedPixels' | 'skippedBytes'> {
  if (pixelBytes === 3) return { skippedBytes: value & 0x1f, skippedPixels: Math.floor((value & 0x1f) / 3) };
  return { skippedPixels: value & 7, skippedBytes: (value & 7) * pixelBytes };
}

/** As in QEMU nothing goes to the system, keys have two bytes at most, and what leaves memory, or has lines that overlap, is not done at all. */
function isDone(blit: Blit, mode: number): boolean {
  if (blit.kind !== 'fill' && (mode & BlitMode.toSystem) !== 0) return false;
  if (blit.kind === 'copy' && blit.isTransparent && blit.pixelBytes > 2) return false;
  if (blit.width > LINE_BYTES || !isInMemory(blit, blit.destination, blit.destinationPitch)) return false;
  if (blit.isFromSystem || blit.kind === 'fill') return true;
  if (hasOverlap(blit)) return false;
  if (blit.kind === 'copy' || blit.kind === 'expansion') return isInMemory(blit, blit.source, blit.sourcePitch);
  return true;
}

function hasOverlap({ kind, isBackwards, height, width, sourcePitch, destinationPitch }: Blit): boolean {
  return kind === 'copy' && !isBackwards && height > 1 && Math.min(sourcePitch, destinationPitch) < width;
}

function isInMemory({ width, height }: Blit, start: number, pitch: number): boolean {
  const last = start + (height - 1) * pitch;
  return pitch < 0 ? last - width >= -1 : pitch > 0 && last + width <= MEMORY_BYTES;
}

/** Bytes of a line that the processor writes; of a pattern, all of it. */
export function systemLineBytes(blit: Blit): number {
  const { kind, width, pixelBytes, hasDoubleWords } = blit;
  if (kind === 'copy') return (width + 3) & ~3;
  if (isPattern(blit)) return PATTERN_SIZE * patternPitch(blit);
  return bitsBytes(Math.floor(width / pixelBytes), hasDoubleWords);
}

/** Eight rows are the source, again and again. */
export function isPattern({ kind }: Blit): boolean {
  return kind === 'pattern' || kind === 'expandedPattern';
}

/** Bytes from the first row of a pattern to the second. Rows with pixels of three bytes are as long as those with four. */
export function patternPitch({ kind, pixelBytes }: Blit): number {
  if (kind === 'expandedPattern') return 1;
  return PATTERN_SIZE * (pixelBytes === 3 ? 4 : pixelBytes);
}

/** Bytes that a bit for each of so many pixels takes; the next line begins with the next byte, or double word. */
export function bitsBytes(pixels: number, hasDoubleWords: boolean): number {
  return hasDoubleWords ? Math.ceil(pixels / 32) * 4 : Math.ceil(pixels / 8);
}

function word(registers: Uint8Array, index: number): number {
  return registers[index] | (registers[index + 1] << 8);
}

function address(registers: Uint8Array, index: number): number {
  return (word(registers, index) | (registers[index + 2] << 16)) & ADDRESS_MASK;
}

/** The background's bytes are at even indices, the foreground's at odd ones. */
function color(registers: Uint8Array, first: number): number {
  return COLOR_BYTES.reduce((value, index, n) => value | (registers[index + first] << (8 * (n + 1))), registers[first]);
}

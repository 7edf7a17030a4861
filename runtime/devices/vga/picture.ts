import { PAGE_BYTES, PAGE_SHIFT } from '../../../translator/abi/page.ts';
import type { WriteWatch } from '../../memory/frames.ts';
import { allocateShared } from '../../memory/ram.ts';
import { type Scan, VGA_MASK, vgaScan } from './scan.ts';
import type { VgaState } from './state.ts';
import type { VideoRam } from './video-ram.ts';

/** A picture over the picture, such as a mouse pointer. */
export type HardwareCursor = CursorPattern | CursorImage;

/** A cursor that is in video memory as a pattern of two bits for each pixel: a row's first, then its second. */
export interface CursorPattern {
  /** Pixel and line of its upper left corner. */
  readonly x: number;
  readonly y: number;
  /** Pixels and lines of it. */
  readonly size: number;
  /** Offset in memory of its first row, bytes from one row to the next, and from a row's first bits to its second. */
  readonly address: number;
  readonly rowBytes: number;
  readonly planeBytes: number;
  /** Red, green and blue of its background and foreground. */
  readonly colors: readonly [background: readonly number[], foreground: readonly number[]];
}

/** A cursor in colors, which the adapter has in a place of its own. */
export interface CursorImage {
  /** Pixel and line of its upper left corner, which may be left of the picture, or above it. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /**
   * 'over': pixels have an alpha value, by which their colors have been multiplied already. 'xor': a pixel replaces what is there where its upper byte
   * is 0; else the two are combined with XOR.
   */
  readonly blending: 'over' | 'xor';
  /** Rows from above: alpha, red, green and blue in bits 31 to 0. */
  readonly pixels: Uint32Array;
}

/** The parts of the picture in which an adapter differs from what the VGA's registers say. */
export interface PictureExtension {
  readonly scan: Partial<Scan>;
  /** Components of colors have eight bits. */
  readonly wideColors: boolean;
  readonly cursor: HardwareCursor | null;
}

/** The registers that decide how memory looks on the screen. */
export interface ScreenRegisters
  extends Pick<
      VgaState,
      'miscellaneous' | 'sequencer' | 'graphics' | 'crtc' | 'attributeIndex' | 'attribute' | 'dacMask' | 'palette'
    >,
    PictureExtension {}

/** The changes of the screen since the update before. Plain data, which crosses isolates. */
export interface ScreenUpdate {
  readonly registers: ScreenRegisters;
  /** Bytes of video memory. */
  readonly memoryBytes: number;
  /** Pages of video memory that have been written, of those that the screen may show, in ascending order. */
  readonly pages: readonly number[];
  /** The bytes of these pages, one page after the other; they are valid until the next update is asked for. */
  readonly bytes: Uint8Array;
}

/** Registers that there are. */
const CRTC_SHOWN = 25;
const SEQUENCER_SHOWN = 8;
const GRAPHICS_SHOWN = 16;

/** Gathers what a screen needs to follow the card. Memory is watched from the first update on. */
export class PictureSource {
  readonly #state: VgaState;
  readonly #memory: VideoRam;
  readonly #extension: () => PictureExtension;
  readonly #bytes = new UpdateBytes();
  /** Derived: what has been written since the last update. */
  #watch: WriteWatch | null = null;

  constructor(state: VgaState, memory: VideoRam, extension: () => PictureExtension) {
    this.#state = state;
    this.#memory = memory;
    this.#extension = extension;
  }

  update(): ScreenUpdate {
    const { ram, firstFrame, length } = this.#memory;
    this.#watch ??= ram.frames.watch(firstFrame, length >>> PAGE_SHIFT);
    const extension = this.#extension();
    const pages = this.#shown(extension).flatMap(([from, to]) => this.#watch!.take(from, to - from));
    const bytes = this.#bytes.room(pages.length * PAGE_BYTES);
    pages.forEach((page, n) => {
      const at = (firstFrame + page) * PAGE_BYTES;
      bytes.set(ram.bytes.subarray(at, at + PAGE_BYTES), n * PAGE_BYTES);
    });
    return { registers: screenRegisters(this.#state, extension), memoryBytes: length, pages, bytes };
  }

  /** The next update is the first one of another screen. */
  forget(): void {
    this.#watch?.release();
    this.#watch = null;
  }

  /** Pages that the picture may come from, in ascending order: the first, and the one after the last. */
  #shown({ scan, cursor }: PictureExtension): (readonly [from: number, to: number])[] {
    const picture = this.#pictureBytes({ ...vgaScan(this.#state), ...scan });
    if (cursor === null || 'pixels' in cursor) return [pagesOf(picture)];
    const { address, rowBytes, planeBytes, size } = cursor;
    const [[from, to], [first, end]] = [pagesOf(picture), pagesOf([address, address + rowBytes * size + planeBytes])];
    return first >= to
      ? [
          [from, to],
          [first, end],
        ]
      : [[Math.min(from, first), Math.max(to, end)]];
  }

  /** Where it begins and ends. The VGA's own modes may show any of a VGA's memory. */
  #pictureBytes({ depth, start, lineBytes, height, addressMask, lineCompare }: Scan): readonly [number, number] {
    const { length } = this.#memory;
    const end = start + lineBytes * height;
    if (depth === 0) return [0, addressMask > VGA_MASK && end > VGA_MASK ? length : VGA_MASK + 1];
    return end > length || lineCompare < height ? [0, length] : [start, end];
  }
}

/** The registers of a card, as an update has them. */
export function screenRegisters(state: VgaState, extension: PictureExtension): ScreenRegisters {
  const { miscellaneous, attributeIndex, dacMask } = state;
  return {
    miscellaneous,
    attributeIndex,
    dacMask,
    ...extension,
    sequencer: state.sequencer.slice(0, SEQUENCER_SHOWN),
    graphics: state.graphics.slice(0, GRAPHICS_SHOWN),
    crtc: state.crtc.slice(0, CRTC_SHOWN),
    attribute: state.attribute.slice(),
    palette: state.palette.slice(),
  };
}

/** Where updates have their bytes. */
export class UpdateBytes {
  /** Derived. Used again, and shared by isolates, so that none is copied or collected. */
  #bytes: Uint8Array = new Uint8Array(0);

  /** So many bytes, which are those of the call before. */
  room(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(allocateShared(length));
    return this.#bytes.subarray(0, length);
  }
}

function pagesOf([start, end]: readonly [number, number]): readonly [from: number, to: number] {
  return [start >>> PAGE_SHIFT, Math.ceil(end / PAGE_BYTES)];
}

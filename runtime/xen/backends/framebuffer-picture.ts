import { PAGE_BYTES, PAGE_SHIFT } from '../../../translator/abi/page.ts';
import { type PictureExtension, type ScreenUpdate, screenRegisters, UpdateBytes } from '../../devices/vga/picture.ts';
import type { Scan } from '../../devices/vga/scan.ts';
import { vgaState } from '../../devices/vga/state.ts';
import type { WriteWatch } from '../../memory/frames.ts';
import { NO_FRAME, type PhysicalMap } from '../../memory/physical-map.ts';
import type { FramebufferDirectory, Layout } from './framebuffer-layout.ts';

/** No frame was sent for a page of the framebuffer yet. */
const UNSENT = NO_FRAME - 1;
/** No line is the last one above a split. */
const NO_SPLIT = 0xffff;
const DARK: PictureExtension = { scan: {}, wideColors: true, cursor: null };

/** A picture, and the pages of the guest's memory that it is in. */
export interface FramebufferPicture {
  readonly layout: Layout;
  readonly directory: FramebufferDirectory;
}

/**
 * Gathers what a screen needs to follow a framebuffer in the guest's memory, as devices/vga/picture.ts does for memory of an adapter. Its
 * frames are watched while somebody looks, so that the guest has nothing to tell.
 */
export class FramebufferPictures {
  readonly #map: PhysicalMap;
  readonly #picture: () => FramebufferPicture | null;
  readonly #bytes = new UpdateBytes();
  readonly #registers = vgaRegisters();
  /** Derived: what has been written since the last update. */
  #watch: WriteWatch | null = null;
  /** Derived: by page of the framebuffer, the frame that updates have had for it. */
  #sent = new Int32Array(0);

  /** @param picture null: there is none */
  constructor(map: PhysicalMap, picture: () => FramebufferPicture | null) {
    this.#map = map;
    this.#picture = picture;
  }

  get isThere(): boolean {
    return this.#picture() !== null;
  }

  /** The screen is dark while there is no picture. */
  update(): ScreenUpdate {
    const picture = this.#picture();
    if (picture === null) {
      this.forget();
      return { registers: screenRegisters(this.#registers, DARK), memoryBytes: 0, pages: [], bytes: new Uint8Array(0) };
    }
    const { layout, directory } = picture;
    const { ram } = this.#map;
    const memoryBytes = Math.ceil(layout.length / PAGE_BYTES) * PAGE_BYTES;
    if (this.#sent.length !== memoryBytes / PAGE_BYTES) this.forget();
    if (this.#watch === null) {
      this.#watch = ram.frames.watch(0, ram.bytes.length >>> PAGE_SHIFT);
      this.#sent = new Int32Array(memoryBytes / PAGE_BYTES).fill(UNSENT);
    }
    const [pages, frames] = this.#changed(layout, directory, this.#watch);
    const bytes = this.#bytes.room(pages.length * PAGE_BYTES);
    for (const [n, frame] of frames.entries()) {
      const at = n * PAGE_BYTES;
      if (frame === NO_FRAME) bytes.fill(0, at, at + PAGE_BYTES);
      else bytes.set(ram.bytes.subarray(frame * PAGE_BYTES, (frame + 1) * PAGE_BYTES), at);
    }
    const extension: PictureExtension = { scan: scanOf(layout), wideColors: true, cursor: null };
    return { registers: screenRegisters(this.#registers, extension), memoryBytes, pages, bytes };
  }

  /** The next update is the first one of another screen. */
  forget(): void {
    this.#watch?.release();
    this.#watch = null;
  }

  /** Pages that the picture is in, and that have been written or are others now, and their frames. */
  #changed(
    { offset, lineBytes, height }: Layout,
    directory: FramebufferDirectory,
    watch: WriteWatch,
  ): [pages: number[], frames: number[]] {
    const [from, to] = [offset >>> PAGE_SHIFT, Math.ceil((offset + lineBytes * height) / PAGE_BYTES)];
    const frames = directory.pages(from, to).map((page) => (page === null ? NO_FRAME : this.#map.frameAt(page)));
    const written = new Set(watch.takeAmong(frames.filter((frame) => frame !== NO_FRAME)));
    const pages: number[] = [];
    for (const [n, frame] of frames.entries()) {
      if (this.#sent[from + n] !== frame || written.has(frame)) pages.push(from + n);
      this.#sent[from + n] = frame;
    }
    return [pages, pages.map((page) => frames[page - from]!)];
  }
}

function scanOf({ width, height, depth, offset, lineBytes }: Layout): Scan {
  return {
    depth: depth as Scan['depth'],
    characters: width / 8,
    height,
    start: offset,
    lineBytes,
    lineCompare: NO_SPLIT,
    addressMask: 0x7fff_ffff,
    isLinear: true,
  };
}

/** Registers of a VGA that is off, with the colors of pixels of eight bits: three for red and green each, two for blue. */
function vgaRegisters() {
  const state = vgaState.create();
  for (let color = 0; color < 256; color++) {
    const [red, green, blue] = [color >> 5, (color >> 2) & 7, color & 3];
    state.palette.set([wide(red, 7), wide(green, 7), wide(blue, 3)], 3 * color);
  }
  return state;
}

function wide(value: number, most: number): number {
  return Math.round((value * 255) / most);
}

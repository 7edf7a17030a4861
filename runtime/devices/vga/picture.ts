import { PAGE_BYTES, PAGE_SHIFT } from '../../../translator/abi/page.ts';
import type { WriteWatch } from '../../memory/frames.ts';
import { allocateShared, type GuestRam } from '../../memory/ram.ts';
import { isVbeEnabled } from './modes.ts';
import { Vbe } from './registers.ts';
import type { VgaState } from './state.ts';
import { vbeGeometry } from './vbe.ts';

/** The registers that say what memory looks like on the screen. */
export type ScreenRegisters = Pick<
  VgaState,
  'miscellaneous' | 'sequencer' | 'graphics' | 'crtc' | 'attributeIndex' | 'attribute' | 'dacMask' | 'palette' | 'vbe'
>;

/** What has changed on the screen since the update before. Plain data, which crosses isolates. */
export interface ScreenUpdate {
  readonly registers: ScreenRegisters;
  /** Bytes of video memory. */
  readonly memoryBytes: number;
  /** Pages of video memory that have been written, of those that the screen may show, in ascending order. */
  readonly pages: readonly number[];
  /** The bytes of these pages, one page after the other; they are valid until the next update is asked for. */
  readonly bytes: Uint8Array;
}

/** Video memory that the modes without VBE can show. */
const VGA_BYTES = 0x40000;
/** Registers of the CRT controller that there are. */
const CRTC_SHOWN = 25;

/** Gathers what a screen needs to follow the card. Memory is watched from the first update on. */
export class PictureSource {
  readonly #state: VgaState;
  readonly #ram: GuestRam;
  readonly #firstFrame: number;
  readonly #memoryBytes: number;
  /** Derived: where updates have their bytes. Used again, and shared by isolates, so that none is copied or collected. */
  #bytes: Uint8Array = new Uint8Array(0);
  /** Derived: what has been written since the last update. */
  #watch: WriteWatch | null = null;

  constructor(state: VgaState, ram: GuestRam, firstFrame: number, memoryBytes: number) {
    this.#state = state;
    this.#ram = ram;
    this.#firstFrame = firstFrame;
    this.#memoryBytes = memoryBytes;
  }

  update(): ScreenUpdate {
    this.#watch ??= this.#ram.frames.watch(this.#firstFrame, this.#memoryBytes >>> PAGE_SHIFT);
    const [from, to] = this.#shown();
    const pages = this.#watch.take(from, to - from);
    const bytes = this.#room(pages.length * PAGE_BYTES);
    pages.forEach((page, n) => {
      const at = (this.#firstFrame + page) * PAGE_BYTES;
      bytes.set(this.#ram.bytes.subarray(at, at + PAGE_BYTES), n * PAGE_BYTES);
    });
    return { registers: this.#registers(), memoryBytes: this.#memoryBytes, pages, bytes };
  }

  /** The next update is the first one of another screen. */
  forget(): void {
    this.#watch?.release();
    this.#watch = null;
  }

  #room(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(allocateShared(length));
    return this.#bytes.subarray(0, length);
  }

  /** Pages that the picture may come from: the first, and the one after the last. */
  #shown(): [from: number, to: number] {
    if (!isVbeEnabled(this.#state)) return [0, VGA_BYTES >>> PAGE_SHIFT];
    const { lineBytes, start } = vbeGeometry(this.#state);
    const end = Math.min(start + lineBytes * this.#state.vbe[Vbe.height], this.#memoryBytes);
    return [start >>> PAGE_SHIFT, Math.ceil(end / PAGE_BYTES)];
  }

  #registers(): ScreenRegisters {
    const { miscellaneous, attributeIndex, dacMask, ...state } = this.#state;
    return {
      miscellaneous,
      attributeIndex,
      dacMask,
      sequencer: state.sequencer.slice(),
      graphics: state.graphics.slice(),
      crtc: state.crtc.slice(0, CRTC_SHOWN),
      attribute: state.attribute.slice(),
      palette: state.palette.slice(),
      vbe: [...state.vbe],
    };
  }
}

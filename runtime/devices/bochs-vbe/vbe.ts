import type { ApertureMode } from '../vga/modes.ts';
import type { PictureExtension } from '../vga/picture.ts';
import {
  Clocking,
  Crtc,
  Graphics,
  GraphicsMiscellaneous,
  GraphicsMode,
  MaximumScanLine,
  Overflow,
  Sequencer,
} from '../vga/registers.ts';
import { crtcTiming, type Timing, usualTiming } from '../vga/retrace.ts';
import type { Scan } from '../vga/scan.ts';
import { VBE_COUNT, VBE_ID, VBE_LARGEST, Vbe, VbeEnable } from './registers.ts';
import type { BochsState } from './state.ts';

const BANK_BYTES = 0x10000;

/** No line is the last one above a split. */
const NO_SPLIT = 0xffff;

/** Where a mode's picture lies in memory. */
function geometry({ vbe }: BochsState): Pick<Scan, 'start' | 'lineBytes'> {
  const bits = bitsOf(vbe[Vbe.depth]);
  const lineBytes = (vbe[Vbe.virtualWidth] * bits) / 8;
  return { lineBytes, start: Math.floor((vbe[Vbe.xOffset] * bits) / 8) + vbe[Vbe.yOffset] * lineBytes };
}

/** Bits that a pixel takes in memory. */
function bitsOf(depth: number): number {
  return depth === 15 ? 16 : depth;
}

export interface BochsVbeOptions {
  readonly state: BochsState;
  /** Bytes of video memory. */
  readonly memoryBytes: number;
  /** Clears a number of bytes from the start of video memory. */
  readonly clear: (bytes: number) => void;
}

/**
 * Bochs' VBE extension as QEMU's adapter has it: eleven registers that set a mode of any size (QEMU, "standard-vga"; Bochs,
 * "vbe.h"). Sizes that do not fit are changed to ones that do.
 */
export class BochsVbe {
  readonly #state: BochsState;
  readonly #memoryBytes: number;
  readonly #clear: (bytes: number) => void;

  constructor({ state, memoryBytes, clear }: BochsVbeOptions) {
    this.#state = state;
    this.#memoryBytes = memoryBytes;
    this.#clear = clear;
  }

  reset(): void {
    this.#state.vbe[Vbe.id] = VBE_ID.last;
  }

  /** It says what is shown, not the CRT controller. */
  get #isEnabled(): boolean {
    return (this.#state.vbe[Vbe.enable] & VbeEnable.enabled) !== 0;
  }

  /** The bits that a component of a color has. */
  get componentMask(): number {
    return this.#hasWideColors ? 0xff : 0x3f;
  }

  get #hasWideColors(): boolean {
    return (this.#state.vbe[Vbe.enable] & VbeEnable.dac8) !== 0;
  }

  /** In modes whose pixels are whole bytes the aperture is memory. */
  apertureMode(): ApertureMode {
    const isLinear = this.#isEnabled && this.#state.vbe[Vbe.depth] !== 4;
    return { isLinear, bank: this.#state.bank * BANK_BYTES };
  }

  picture(): PictureExtension {
    return { scan: this.#isEnabled ? this.#scan() : {}, wideColors: this.#hasWideColors, cursor: null };
  }

  #scan(): Scan {
    const { vbe } = this.#state;
    return {
      ...geometry(this.#state),
      depth: vbe[Vbe.depth] as Scan['depth'],
      characters: vbe[Vbe.width] >> 3,
      height: vbe[Vbe.height],
      lineCompare: NO_SPLIT,
      addressMask: this.#memoryBytes - 1,
    };
  }

  /** Its modes have no timing of their own. */
  timing(): Timing {
    return this.#isEnabled ? usualTiming(this.#state.vbe[Vbe.height]) : crtcTiming(this.#state);
  }

  read(index: number): number {
    const { vbe } = this.#state;
    if (index === Vbe.memory64K) return this.#memoryBytes / BANK_BYTES;
    if ((vbe[Vbe.enable] & VbeEnable.capabilities) !== 0) {
      if (index === Vbe.width) return VBE_LARGEST.width;
      if (index === Vbe.height) return VBE_LARGEST.height;
      if (index === Vbe.depth) return VBE_LARGEST.depth;
    }
    return vbe[index] ?? 0;
  }

  write(index: number, value: number): void {
    const { vbe } = this.#state;
    if (index >= VBE_COUNT || index === Vbe.virtualHeight) return;
    if (index === Vbe.id) {
      if (value >= VBE_ID.first && value <= VBE_ID.last) vbe[index] = value;
    } else if (index === Vbe.bank) this.#state.bank = vbe[index] = value & (this.#memoryBytes / BANK_BYTES - 1);
    else if (index === Vbe.enable) this.#writeEnable(value);
    else {
      vbe[index] = value;
      this.settle();
    }
  }

  #writeEnable(value: number): void {
    const { vbe } = this.#state;
    const starts = (value & VbeEnable.enabled) !== 0 && !this.#isEnabled;
    vbe[Vbe.enable] = value;
    if (!starts) {
      this.#state.bank = 0;
      return;
    }
    vbe[Vbe.virtualWidth] = 0;
    vbe[Vbe.xOffset] = 0;
    vbe[Vbe.yOffset] = 0;
    this.settle();
    if ((value & VbeEnable.keepMemory) === 0) this.#clear(vbe[Vbe.height] * geometry(this.#state).lineBytes);
  }

  /** While a mode is on its registers fit the memory, and those of the VGA fit the mode. */
  settle(): void {
    if (!this.#isEnabled) return;
    this.#fitRegisters();
    this.#overrideVga();
  }

  #fitRegisters(): void {
    const { vbe } = this.#state;
    const { width, height } = VBE_LARGEST;
    if (![4, 8, 15, 16, 24, 32].includes(vbe[Vbe.depth])) vbe[Vbe.depth] = 8;
    vbe[Vbe.width] = clamp(vbe[Vbe.width] & ~7, 8, width);
    vbe[Vbe.virtualWidth] = clamp(vbe[Vbe.virtualWidth] & ~7, vbe[Vbe.width], width);
    const { lineBytes } = geometry(this.#state);
    const lines = Math.floor(this.#memoryBytes / lineBytes);
    vbe[Vbe.virtualHeight] = Math.min(lines, 0xffff);
    vbe[Vbe.height] = Math.min(clamp(vbe[Vbe.height], 1, height), lines);
    vbe[Vbe.xOffset] = Math.min(vbe[Vbe.xOffset], width);
    vbe[Vbe.yOffset] = Math.min(vbe[Vbe.yOffset], height);
    if (!this.#isInMemory()) vbe[Vbe.yOffset] = 0;
    if (!this.#isInMemory()) vbe[Vbe.xOffset] = 0;
  }

  /** Whether the picture ends before the memory does. */
  #isInMemory(): boolean {
    const { lineBytes, start } = geometry(this.#state);
    return start + this.#state.vbe[Vbe.height] * lineBytes <= this.#memoryBytes;
  }

  /** Sets the VGA's registers to match the mode, for guests that set the mode by the VBE registers alone. */
  #overrideVga(): void {
    const { vbe, graphics, crtc, sequencer } = this.#state;
    const last = vbe[Vbe.height] - 1;
    const planar = vbe[Vbe.depth] === 4;
    graphics[Graphics.miscellaneous] &= ~GraphicsMiscellaneous.mapMask;
    graphics[Graphics.miscellaneous] |= (1 << GraphicsMiscellaneous.mapShift) | GraphicsMiscellaneous.graphics;
    graphics[Graphics.mode] &= ~GraphicsMode.shiftMask;
    if (!planar) graphics[Graphics.mode] |= 2 << GraphicsMode.shiftShift;
    else sequencer[Sequencer.clocking] &= ~Clocking.halfDotClock;
    crtc[Crtc.mode] |= 3;
    crtc[Crtc.offset] = geometry(this.#state).lineBytes >> 3;
    crtc[Crtc.horizontalDisplayEnd] = (vbe[Vbe.width] >> 3) - 1;
    crtc[Crtc.verticalDisplayEnd] = last;
    crtc[Crtc.overflow] &= ~(Overflow.displayEnd8 | Overflow.displayEnd9);
    crtc[Crtc.overflow] |= ((last >> 7) & Overflow.displayEnd8) | ((last >> 3) & Overflow.displayEnd9);
    crtc[Crtc.lineCompare] = 0xff;
    crtc[Crtc.overflow] |= Overflow.lineCompare8;
    crtc[Crtc.maximumScanLine] &= ~(MaximumScanLine.doubleScan | MaximumScanLine.rows);
    crtc[Crtc.maximumScanLine] |= MaximumScanLine.lineCompare9;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

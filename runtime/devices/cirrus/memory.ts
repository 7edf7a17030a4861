import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import { type ApertureMemory, type DirectRange, readBytes, writeBytes } from '../vga/aperture.ts';
import type { Planes } from '../vga/planes.ts';
import type { VideoRam } from '../vga/video-ram.ts';
import type { BlitRegisters } from './blit-registers.ts';
import type { Blitter } from './blitter.ts';
import {
  ADDRESS_MASK,
  BLIT_REGISTER_BYTES,
  COLOR_BYTES,
  Configuration,
  Graphics,
  GraphicsExtension,
  MEMORY_BYTES,
  Sequencer,
  SequencerMode,
} from './registers.ts';
import type { CirrusState } from './state.ts';

const BANK_BYTES = 0x8000;
const BANKS_END = 2 * BANK_BYTES;
const ABSENT = 0xff;
/** Where the registers of the BitBLT engine can be, from A0000h on: B8000h. */
const REGISTERS_OFFSET = 0x18000;

export interface MemoryParts {
  readonly memory: VideoRam;
  /** The VGA's way to it. */
  readonly planes: Planes;
  readonly blitter: Blitter;
  readonly registers: BlitRegisters;
}

/** Video memory as the processor sees it through the chip: two banks at A0000h, or all of it in the frame buffer. */
export class CirrusMemory implements ApertureMemory {
  readonly #state: CirrusState;
  readonly #parts: MemoryParts;

  constructor(state: CirrusState, parts: MemoryParts) {
    this.#state = state;
    this.#parts = parts;
  }

  changed(): void {
    this.#parts.planes.changed();
  }

  direct(): readonly DirectRange[] {
    if (!this.#isExtended) return this.#parts.planes.direct();
    if (!this.isPlain) return [];
    const { firstFrame } = this.#parts.memory;
    const [first, second] = [this.#bank(0), this.#bank(1)];
    const isOne = second.start === first.start + BANK_BYTES && first.length === BANK_BYTES;
    const banks = isOne ? [{ at: 0, start: first.start, length: first.length + second.length }] : [first, second];
    return banks
      .filter(({ length }) => length > 0)
      .map(({ at, start, length }) => ({ start: at, length, frame: firstFrame + start / PAGE_BYTES }));
  }

  read(offset: number, size: number): number {
    if (!this.#isExtended) return this.#parts.planes.read(offset, size);
    return readBytes((at) => this.#readByte(at), offset, size);
  }

  write(offset: number, size: number, value: number): void {
    const { planes, blitter } = this.#parts;
    if (!this.#isExtended) planes.write(offset, size, value);
    else if (offset < BANKS_END && blitter.isReceiving) blitter.receive(size, value);
    else writeBytes((at, byte) => this.#writeByte(at, byte), offset, size, value);
  }

  /** Bytes of the frame buffer are those of memory: no BitBLT takes them, and a byte written is a byte. */
  get isPlain(): boolean {
    const { by8 } = GraphicsExtension;
    const isCounted = this.#isWide || (this.#extension & by8) !== 0;
    return !this.#parts.blitter.isReceiving && !isCounted && this.#writeMode === null;
  }

  /** A byte at an address in the frame buffer. */
  readLinear(address: number): number {
    const { ram, start } = this.#parts.memory;
    return ram.bytes[start + this.#counted(address)];
  }

  writeLinear(address: number, value: number): void {
    const at = this.#counted(address);
    const mode = this.#writeMode;
    if (mode !== null) this.#writePixels(at, value, mode === 5);
    else this.#store(at, value);
  }

  get #isExtended(): boolean {
    return (this.#state.sequencer[Sequencer.mode] & SequencerMode.extended) !== 0;
  }

  get #extension(): number {
    return this.#state.graphics[Graphics.extension];
  }

  /** Extended write modes are for pixels of two bytes. */
  get #isWide(): boolean {
    const { extendedWrites, wide } = GraphicsExtension;
    return (this.#extension & (extendedWrites | wide)) === (extendedWrites | wide);
  }

  /** 4: a bit that is set is a pixel of the foreground; 5: others are pixels of the background. null: a byte is a byte. */
  get #writeMode(): 4 | 5 | null {
    const mode = this.#state.graphics[Graphics.mode] & 7;
    const isOn = (this.#extension & GraphicsExtension.extendedWrites) !== 0;
    return isOn && (mode === 4 || mode === 5) ? mode : null;
  }

  /** The byte of memory that an address means: a step of it is a byte, or what eight pixels take. */
  #counted(address: number): number {
    const shift = this.#isWide ? 4 : (this.#extension & GraphicsExtension.by8) !== 0 ? 3 : 0;
    return (address << shift) & ADDRESS_MASK;
  }

  /** Where a bank is in the aperture and in memory. A single bank has both halves. */
  #bank(number: 0 | 1): { readonly at: number; readonly start: number; readonly length: number } {
    const { graphics } = this.#state;
    const isDual = (this.#extension & GraphicsExtension.dualBank) !== 0;
    const shift = (this.#extension & GraphicsExtension.granularity16K) !== 0 ? 14 : 12;
    const base = graphics[isDual && number === 1 ? Graphics.bank1 : Graphics.bank0] << shift;
    const start = base + (isDual ? 0 : number * BANK_BYTES);
    return { at: number * BANK_BYTES, start, length: Math.min(Math.max(MEMORY_BYTES - start, 0), BANK_BYTES) };
  }

  /** The address in the frame buffer of an offset in the aperture; -1: memory ends before. */
  #linear(offset: number): number {
    const { at, start, length } = this.#bank(offset < BANK_BYTES ? 0 : 1);
    return offset - at < length ? start + offset - at : -1;
  }

  #readByte(offset: number): number {
    if (this.#isRegister(offset)) return this.#parts.registers.read(offset - REGISTERS_OFFSET);
    const address = offset < BANKS_END ? this.#linear(offset) : -1;
    return address < 0 ? ABSENT : this.readLinear(address);
  }

  #writeByte(offset: number, value: number): void {
    if (this.#isRegister(offset)) this.#parts.registers.write(offset - REGISTERS_OFFSET, value);
    const address = offset < BANKS_END ? this.#linear(offset) : -1;
    if (address >= 0) this.writeLinear(address, value);
  }

  #isRegister(offset: number): boolean {
    const { mapped, atLinearEnd } = Configuration;
    const isHere = (this.#state.sequencer[Sequencer.configuration] & (mapped | atLinearEnd)) === mapped;
    return isHere && offset >= REGISTERS_OFFSET && offset < REGISTERS_OFFSET + BLIT_REGISTER_BYTES;
  }

  #store(at: number, value: number): void {
    const { ram, start } = this.#parts.memory;
    ram.bytes[start + at] = value;
    ram.frames.stored(start + at, 1, 'device');
  }

  /** A pixel for each bit of a byte, from the highest one on. */
  #writePixels(at: number, bits: number, hasBackground: boolean): void {
    const { foreground, background, graphics } = this.#state;
    const pixelBytes = this.#isWide ? 2 : 1;
    const first = at & ~(pixelBytes - 1);
    for (let n = 0; n < 8; n++) {
      const isSet = ((bits >> (7 - n)) & 1) !== 0;
      if (!isSet && !hasBackground) continue;
      const pixel = (first + n * pixelBytes) & ADDRESS_MASK;
      this.#store(pixel, isSet ? foreground : background);
      if (pixelBytes === 2)
        this.#store(pixel + 1, graphics[COLOR_BYTES[0] + (isSet ? Graphics.foreground : Graphics.background)]);
    }
  }
}

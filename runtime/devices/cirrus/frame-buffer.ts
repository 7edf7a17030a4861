import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import type { MmioBus, MmioRegion } from '../../memory/mmio.ts';
import { Layer, type PhysicalMap } from '../../memory/physical-map.ts';
import type { AddressRange } from '../pci/range.ts';
import { readBytes, writeBytes } from '../vga/aperture.ts';
import { type DirectMemory, DirectWindows } from '../vga/direct-windows.ts';
import type { BlitRegisters } from './blit-registers.ts';
import type { Blitter } from './blitter.ts';
import type { CirrusMemory } from './memory.ts';
import { BLIT_REGISTER_BYTES, Configuration, MEMORY_BYTES, Sequencer } from './registers.ts';
import type { CirrusState } from './state.ts';

/** Size of the range in PCI's address space, and where in it the processor writes the source of a BitBLT. */
export const RANGE_BYTES = 32 << 20;
const BLIT_APERTURE = { offset: 16 << 20, length: 4 << 20 } as const;
/** The registers of the BitBLT engine, where they are in the frame buffer. */
const REGISTERS = MEMORY_BYTES - BLIT_REGISTER_BYTES;

export interface FrameBufferParts {
  readonly state: CirrusState;
  readonly map: PhysicalMap;
  readonly firstFrame: number;
  readonly memory: CirrusMemory;
  readonly blitter: Blitter;
  readonly registers: BlitRegisters;
}

/** The linear frame buffer, and the aperture for BitBLTs. */
export class FrameBuffer implements AddressRange {
  readonly #parts: FrameBufferParts;
  readonly #windows: DirectWindows;
  readonly #bus: MmioBus;
  /** Derived: where it stands; null: nowhere. */
  #base: number | null = null;
  /** Derived: what answers there. */
  #regions: readonly MmioRegion[] = [];

  constructor(parts: FrameBufferParts) {
    this.#parts = parts;
    this.#bus = parts.map.bus(Layer.pci);
    this.#windows = new DirectWindows(parts.map, 'cirrus frame buffer', Layer.pci, () => this.#direct());
  }

  place(base: number): void {
    this.#base = base;
    this.#regions = [this.#frameBuffer(base), this.#blitAperture(base + BLIT_APERTURE.offset)];
    for (const region of this.#regions) this.#bus.add(region);
    this.changed();
  }

  remove(): void {
    this.#base = null;
    this.changed();
    for (const region of this.#regions) this.#bus.remove(region);
  }

  /** Registers have changed. */
  changed(): void {
    this.#windows.changed();
  }

  #direct(): readonly DirectMemory[] {
    const { memory, firstFrame } = this.#parts;
    if (this.#base === null || !memory.isPlain) return [];
    const length = this.#hasRegisters ? MEMORY_BYTES - PAGE_BYTES : MEMORY_BYTES;
    return [{ base: this.#base, length, frame: firstFrame }];
  }

  /** The registers of the BitBLT engine are at the end. */
  get #hasRegisters(): boolean {
    const both = Configuration.mapped | Configuration.atLinearEnd;
    return (this.#parts.state.sequencer[Sequencer.configuration] & both) === both;
  }

  #frameBuffer(base: number): MmioRegion {
    return {
      name: 'cirrus memory',
      base,
      length: MEMORY_BYTES,
      read: (offset, size) => {
        const value = this.#read(offset, size);
        this.#windows.accessed();
        return value;
      },
      write: (offset, size, value) => {
        this.#write(offset, size, value);
        this.#windows.accessed();
      },
      isMemory: true,
    };
  }

  #blitAperture(base: number): MmioRegion {
    return {
      name: 'cirrus blit',
      base,
      length: BLIT_APERTURE.length,
      read: (_, size) => -1 >>> (32 - 8 * size),
      write: (_, size, value) => this.#parts.blitter.receive(size, value),
    };
  }

  #isRegister(offset: number): boolean {
    return offset >= REGISTERS && this.#hasRegisters;
  }

  #read(offset: number, size: number): number {
    const { memory, registers } = this.#parts;
    if (this.#isRegister(offset)) return readBytes((at) => registers.read(at - REGISTERS), offset, size);
    return readBytes((at) => memory.readLinear(at), offset, size);
  }

  #write(offset: number, size: number, value: number): void {
    const { memory, registers, blitter } = this.#parts;
    if (this.#isRegister(offset)) {
      writeBytes((at, byte) => registers.write(at - REGISTERS, byte), offset, size, value);
    } else if (blitter.isReceiving) blitter.receive(size, value);
    else writeBytes((at, byte) => memory.writeLinear(at, byte), offset, size, value);
  }
}

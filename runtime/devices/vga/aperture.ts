import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import { type AddressWindow, Layer, type PhysicalMap } from '../../memory/physical-map.ts';
import { APERTURES, bankOffset, isLinear, mapSelect, VGA_WINDOW } from './modes.ts';
import type { Planes } from './planes.ts';
import type { VgaState } from './state.ts';

/**
 * Accesses through the device after a change of its registers before memory itself is put there: that costs the processor its
 * TLB, so it must not happen for each pixel.
 */
const PATIENCE = 256;

/**
 * A0000h-BFFFFh. Where the registers make it linear the memory itself stands there, after some accesses, so that generated
 * code has it at full speed; otherwise the device answers.
 */
export class Aperture {
  readonly #state: VgaState;
  readonly #map: PhysicalMap;
  readonly #planes: Planes;
  readonly #firstFrame: number;
  /** Derived: the memory that could stand here. */
  #wanted: AddressWindow | null = null;
  /** Derived: what does stand here. */
  #placed: AddressWindow | null = null;
  /** Derived: accesses until it does. */
  #patience = PATIENCE;

  constructor(state: VgaState, map: PhysicalMap, planes: Planes, firstFrame: number) {
    this.#state = state;
    this.#map = map;
    this.#planes = planes;
    this.#firstFrame = firstFrame;
    map.bus(Layer.chipset).add({
      name: 'vga memory',
      ...VGA_WINDOW,
      read: (offset, size) => this.#read(offset, size),
      write: (offset, size, value) => this.#write(offset, size, value),
      isMemory: true,
    });
  }

  /** Registers have changed. */
  changed(): void {
    const wanted = this.#window();
    if (wanted?.base === this.#wanted?.base && wanted?.reads === this.#wanted?.reads) return;
    this.#wanted = wanted;
    this.#patience = PATIENCE;
    if (this.#placed) this.#map.remove(this.#placed);
    this.#placed = null;
  }

  /** The memory that could stand here. */
  #window(): AddressWindow | null {
    if (!isLinear(this.#state)) return null;
    const { start, length } = APERTURES[mapSelect(this.#state.graphics)];
    const frame = this.#firstFrame + bankOffset(this.#state) / PAGE_BYTES;
    return {
      name: 'vga linear',
      layer: Layer.chipset,
      base: VGA_WINDOW.base + start,
      length,
      reads: frame,
      writes: frame,
    };
  }

  #read(offset: number, size: number): number {
    let value = 0;
    for (let n = 0; n < size; n++) value |= this.#planes.read(offset + n) << (8 * n);
    this.#accessed();
    return value >>> 0;
  }

  #write(offset: number, size: number, value: number): void {
    for (let n = 0; n < size; n++) this.#planes.write(offset + n, (value >>> (8 * n)) & 0xff);
    this.#accessed();
  }

  #accessed(): void {
    if (this.#wanted === null || this.#placed !== null || --this.#patience > 0) return;
    this.#placed = this.#wanted;
    this.#map.add(this.#placed);
  }
}

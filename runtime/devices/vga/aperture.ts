import { Layer, type PhysicalMap } from '../../memory/physical-map.ts';
import { DirectWindows } from './direct-windows.ts';
import { VGA_WINDOW } from './modes.ts';

/** A part of the aperture that is video memory, byte by byte: offsets from A0000h, and its first frame. */
export interface DirectRange {
  readonly start: number;
  readonly length: number;
  readonly frame: number;
}

/** The memory at A0000h; offsets are from there. */
export interface ApertureMemory {
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
  /** Where the processor could have video memory itself. */
  direct(): readonly DirectRange[];
  /** Registers have changed. */
  changed(): void;
}

/** A0000h-BFFFFh. */
export class Aperture {
  readonly #memory: ApertureMemory;
  readonly #windows: DirectWindows;

  constructor(map: PhysicalMap, memory: ApertureMemory) {
    this.#memory = memory;
    this.#windows = new DirectWindows(map, 'vga linear', Layer.chipset, () =>
      memory.direct().map(({ start, length, frame }) => ({ base: VGA_WINDOW.base + start, length, frame })),
    );
    map.bus(Layer.chipset).add({
      name: 'vga memory',
      ...VGA_WINDOW,
      read: (offset, size) => {
        const value = memory.read(offset, size);
        this.#windows.accessed();
        return value;
      },
      write: (offset, size, value) => {
        memory.write(offset, size, value);
        this.#windows.accessed();
      },
      isMemory: true,
    });
  }

  /** Registers have changed. */
  changed(): void {
    this.#memory.changed();
    this.#windows.changed();
  }
}

/** An access of `size` bytes, byte by byte from the lowest address on. */
export function readBytes(read: (offset: number) => number, offset: number, size: number): number {
  let value = 0;
  for (let n = 0; n < size; n++) value |= read(offset + n) << (8 * n);
  return value >>> 0;
}

export function writeBytes(
  write: (offset: number, byte: number) => void,
  offset: number,
  size: number,
  value: number,
): void {
  for (let n = 0; n < size; n++) write(offset + n, (value >>> (8 * n)) & 0xff);
}

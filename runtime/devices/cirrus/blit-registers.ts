import type { IndexedRegisters } from '../vga/indexed-registers.ts';
import { BLIT_REGISTERS } from './registers.ts';

const ABSENT = 0xff;

/** The registers of the BitBLT engine in memory: those of the graphics controller in another order. */
export class BlitRegisters {
  readonly #graphics: IndexedRegisters;
  readonly #changed: () => void;

  constructor(graphics: IndexedRegisters, changed: () => void) {
    this.#graphics = graphics;
    this.#changed = changed;
  }

  read(offset: number): number {
    const index = BLIT_REGISTERS[offset];
    return index === undefined ? ABSENT : this.#graphics.read(index);
  }

  write(offset: number, value: number): void {
    const index = BLIT_REGISTERS[offset];
    if (index === undefined) return;
    this.#graphics.write(index, value);
    this.#changed();
  }
}

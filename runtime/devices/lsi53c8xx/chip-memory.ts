import type { BusMemory } from '../../memory/bus-memory.ts';
import { MEMORY_BYTES, RAM_BYTES } from './registers.ts';

export interface ChipMemoryOptions {
  readonly memory: BusMemory;
  readonly ram: Uint8Array;
  /** Where the registers are, and the RAM; 0: nowhere. */
  readonly registersAt: () => number;
  readonly ramAt: () => number;
  /** A register, by its place in memory. */
  readonly readRegister: (offset: number) => number;
  readonly writeRegister: (offset: number, value: number) => void;
}

/** Memory as SCRIPTS reach it: the chip's own registers and RAM too, where the guest has put them. */
export class ChipMemory {
  readonly #options: ChipMemoryOptions;
  readonly #word = new Uint8Array(4);
  readonly #view = new DataView(this.#word.buffer);

  constructor(options: ChipMemoryOptions) {
    this.#options = options;
  }

  /** Whether all of a range is the chip's registers. */
  isOfRegisters(address: number, length: number): boolean {
    return offsetIn(this.#options.registersAt(), MEMORY_BYTES, address, length) !== undefined;
  }

  word(address: number): number {
    this.read(address, this.#word);
    return this.#view.getUint32(0, true);
  }

  read(address: number, target: Uint8Array): void {
    const { ram, memory, registersAt, ramAt, readRegister } = this.#options;
    const inRam = offsetIn(ramAt(), RAM_BYTES, address, target.length);
    const inRegisters = offsetIn(registersAt(), MEMORY_BYTES, address, target.length);
    if (inRam !== undefined) target.set(ram.subarray(inRam, inRam + target.length));
    else if (inRegisters !== undefined) for (const n of target.keys()) target[n] = readRegister(inRegisters + n);
    else memory.read(address, target);
  }

  write(address: number, bytes: Uint8Array): void {
    const { ram, memory, registersAt, ramAt, writeRegister } = this.#options;
    const inRam = offsetIn(ramAt(), RAM_BYTES, address, bytes.length);
    const inRegisters = offsetIn(registersAt(), MEMORY_BYTES, address, bytes.length);
    if (inRam !== undefined) ram.set(bytes, inRam);
    else if (inRegisters !== undefined) for (const [n, byte] of bytes.entries()) writeRegister(inRegisters + n, byte);
    else memory.write(address, bytes);
  }
}

/** The offset of a range of addresses in a place that holds all of it. */
function offsetIn(base: number, size: number, address: number, length: number): number | undefined {
  if (base === 0 || address < base || address + length > base + size) return undefined;
  return address - base;
}

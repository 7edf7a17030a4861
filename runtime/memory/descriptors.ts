import type { BusMemory } from './bus-memory.ts';

/** A descriptor in memory, fetched whole. The words are 32 bits, low byte first. */
export class DescriptorView {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #memory: BusMemory;
  #address = 0;

  constructor(memory: BusMemory, length: number) {
    this.#memory = memory;
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Reads the one at an address: any integer from 0 to 2^53. */
  fetch(address: number): void {
    this.#address = address;
    this.#memory.read(address, this.bytes);
  }

  /** Unsigned. */
  word(n: number): number {
    return this.view.getUint32(4 * n, true);
  }

  setWord(n: number, value: number): void {
    this.view.setUint32(4 * n, value, true);
  }

  /** Puts words `first` up to `end` back. */
  store(first: number, end: number): void {
    this.#memory.write(this.#address + 4 * first, this.bytes.subarray(4 * first, 4 * end));
  }
}

/** An address of two words; beyond 2^53 there is no memory. */
export function address64(low: number, high: number): number {
  return (high & 0x1fffff) * 0x100000000 + low;
}

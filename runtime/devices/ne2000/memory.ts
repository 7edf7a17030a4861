import { PROM_BYTES, PROM_MARK, RAM_BYTES, RAM_START } from './registers.ts';

/** The chip's memory, by addresses of 16 bits. */
export class CardMemory {
  readonly #ram: Uint8Array;
  readonly #prom = new Uint8Array(PROM_BYTES);

  /** `address`: six bytes that the PROM has. */
  constructor(ram: Uint8Array, address: ArrayLike<number>) {
    this.#ram = ram;
    for (let n = 0; n < PROM_BYTES; n++) {
      const byte = n >> 1;
      this.#prom[n] = byte < address.length ? address[byte] : byte >= PROM_BYTES / 2 - 2 ? PROM_MARK : 0;
    }
  }

  /** Where nothing is bytes are FFh. */
  readByte(address: number): number {
    if (address < PROM_BYTES) return this.#prom[address];
    const at = address - RAM_START;
    return at >= 0 && at < RAM_BYTES ? this.#ram[at] : 0xff;
  }

  writeByte(address: number, value: number): void {
    const at = address - RAM_START;
    if (at >= 0 && at < RAM_BYTES) this.#ram[at] = value;
  }

  /** The RAM from an address on, `length` bytes at most: none outside of it. */
  part(address: number, length: number): Uint8Array {
    const at = address - RAM_START;
    return at < 0 ? this.#ram.subarray(0, 0) : this.#ram.subarray(at, at + length);
  }
}

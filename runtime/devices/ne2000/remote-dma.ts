import type { CardMemory } from './memory.ts';
import { PAGE_BYTES } from './registers.ts';
import type { Ne2000State } from './state.ts';

/** The guest's way to the chip's memory: it reads and writes the data port (DP8390D data sheet, 9.0 "Remote DMA"). */
export class RemoteDma {
  readonly #state: Ne2000State;
  readonly #memory: CardMemory;
  readonly #done: () => void;

  /** `done` is called when the last byte was moved. */
  constructor(state: Ne2000State, memory: CardMemory, done: () => void) {
    this.#state = state;
    this.#memory = memory;
    this.#done = done;
  }

  /** A value of `size` bytes; the count goes down by them. */
  read(size: number): number {
    let value = 0;
    for (let n = 0; n < size; n++) {
      value |= this.#memory.readByte(this.#state.remoteAddress) << (8 * n);
      this.#advance(1);
    }
    return value >>> 0;
  }

  write(size: number, value: number): void {
    for (let n = 0; n < size; n++) {
      // After the last byte nothing is written.
      if (this.#state.remoteCount > 0) this.#memory.writeByte(this.#state.remoteAddress, (value >>> (8 * n)) & 0xff);
      this.#advance(1);
    }
  }

  /** As many bytes as can be moved at once, in whole units of `size` bytes; how many they were, maybe none. */
  readBlock(size: number, target: Uint8Array): number {
    const part = this.#block(size, target.length);
    target.set(part);
    this.#advance(part.length);
    return part.length;
  }

  writeBlock(size: number, source: Uint8Array): number {
    const part = this.#block(size, source.length);
    part.set(source.subarray(0, part.length));
    this.#advance(part.length);
    return part.length;
  }

  /** RAM from the address on, up to the end of the ring, of the count and of `length`. */
  #block(size: number, length: number): Uint8Array {
    const { remoteAddress, remoteCount } = this.#state;
    const stop = this.#state.pageStop * PAGE_BYTES;
    const toStop = remoteAddress < stop ? stop - remoteAddress : length;
    const part = this.#memory.part(remoteAddress, Math.min(length, remoteCount, toStop));
    return part.subarray(0, part.length - (part.length % size));
  }

  /** At the end of the ring the address goes on at its start. */
  #advance(count: number): void {
    const state = this.#state;
    if (count === 0 || state.remoteCount === 0) return;
    const next = (state.remoteAddress + count) & 0xffff;
    state.remoteAddress = next === state.pageStop * PAGE_BYTES ? state.pageStart * PAGE_BYTES : next;
    state.remoteCount = Math.max(0, state.remoteCount - count);
    if (state.remoteCount === 0) this.#done();
  }
}

import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64 } from '../../memory/descriptors.ts';
import { Region } from './registers.ts';

/** A command's table of physical regions. It is read as it is needed: the guest may change it at any time. */
export class Regions {
  readonly #memory: BusMemory;
  readonly #table: number;
  readonly #entries: number;
  readonly #view = new DataView(new ArrayBuffer(Region.bytes));
  /** Derived: an entry; moves mostly go on where the last one ended. */
  #entry = 0;
  /** Derived: how many bytes those before it have. */
  #before = 0;

  /** `table`: the address of the first of so many entries. */
  constructor(memory: BusMemory, table: number, entries: number) {
    this.#memory = memory;
    this.#table = table;
    this.#entries = entries;
  }

  /** Moves bytes to the regions, so many behind their first; how many there was room for. */
  toMemory(offset: number, bytes: Uint8Array): number {
    return this.#move(offset, bytes.length, (address, start, end) => {
      this.#memory.write(address, bytes.subarray(start, end));
    });
  }

  fromMemory(offset: number, target: Uint8Array): number {
    return this.#move(offset, target.length, (address, start, end) => {
      this.#memory.read(address, target.subarray(start, end));
    });
  }

  #move(offset: number, length: number, move: (address: number, start: number, end: number) => void): number {
    if (offset < this.#before) {
      this.#entry = 0;
      this.#before = 0;
    }
    let done = 0;
    while (done < length && this.#entry < this.#entries) {
      const { address, bytes } = this.#fetch();
      const within = offset + done - this.#before;
      if (within < bytes) {
        const count = Math.min(length - done, bytes - within);
        move(address + within, done, done + count);
        done += count;
      }
      if (done < length) {
        this.#before += bytes;
        this.#entry++;
      }
    }
    return done;
  }

  #fetch(): { readonly address: number; readonly bytes: number } {
    const view = this.#view;
    this.#memory.read(this.#table + this.#entry * Region.bytes, new Uint8Array(view.buffer));
    // Bit 0 of the address is reserved (4.2.3.3); it counts, as in QEMU, since drivers leave buffers at odd addresses.
    const address = address64(view.getUint32(0, true), view.getUint32(4, true));
    // An odd number of bytes there cannot be: the lowest bit is always taken as one.
    return { address, bytes: ((view.getUint32(Region.count, true) & Region.countMask) | 1) + 1 };
  }
}

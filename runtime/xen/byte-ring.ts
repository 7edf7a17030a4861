import type { BusMemory } from '../memory/bus-memory.ts';
import type { ByteQueue } from '../snapshot/byte-queue.ts';

/** A ring of bytes in a page that the guest shares, and the places of its two counters there. */
export interface ByteRingPlace {
  readonly at: number;
  readonly length: number;
  readonly consumed: number;
  readonly produced: number;
}

/** Rings of bytes within a page, as those of the store and of the console: counters that run on, in little-endian words. */
export class ByteRing {
  readonly #memory: BusMemory;
  readonly #page: number;
  readonly #place: ByteRingPlace;

  /** @param page its address */
  constructor(memory: BusMemory, page: number, place: ByteRingPlace) {
    this.#memory = memory;
    this.#page = page;
    this.#place = place;
  }

  /** Takes all that the guest has put there, and as much as a ring can hold at most. */
  take(): Uint8Array {
    const { consumed, produced, length } = this.#place;
    const [from, to] = [this.#counter(consumed), this.#counter(produced)];
    const count = Math.min((to - from) >>> 0, length);
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count; ) done += this.#span(from + done, bytes.subarray(done), 'read');
    if (count > 0) this.#setCounter(consumed, to);
    return bytes;
  }

  /** Gives the guest as much as there is room for. @returns how many bytes */
  give(from: ByteQueue): number {
    const { consumed, produced, length } = this.#place;
    const [out, into] = [this.#counter(consumed), this.#counter(produced)];
    const room = length - Math.min((into - out) >>> 0, length);
    const bytes = from.peek(room);
    const { length: count } = bytes;
    if (count === 0) return 0;
    for (let done = 0; done < count; ) done += this.#span(into + done, bytes.subarray(done), 'write');
    this.#setCounter(produced, (into + count) >>> 0);
    from.drop(count);
    return count;
  }

  /** Moves bytes up to the end of the ring: how many. */
  #span(position: number, bytes: Uint8Array, way: 'read' | 'write'): number {
    const { at, length } = this.#place;
    const start = (position >>> 0) % length;
    const part = bytes.subarray(0, length - start);
    this.#memory[way](this.#page + at + start, part);
    return part.length;
  }

  #counter(at: number): number {
    const bytes = new Uint8Array(4);
    this.#memory.read(this.#page + at, bytes);
    return new DataView(bytes.buffer).getUint32(0, true);
  }

  #setCounter(at: number, value: number): void {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value, true);
    this.#memory.write(this.#page + at, new Uint8Array(view.buffer));
  }
}

import type { BusMemory } from './bus-memory.ts';

/** Bytes at a physical address. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** Memory in several pieces that a bus master moves data of one request to or from, in their order. */
export class ScatteredMemory {
  /** Bytes of all pieces. */
  readonly length: number;
  readonly segments: readonly Segment[];
  readonly #memory: BusMemory;

  constructor(memory: BusMemory, segments: readonly Segment[]) {
    this.#memory = memory;
    this.segments = segments;
    let sum = 0;
    for (const { length } of segments) sum += length;
    this.length = sum;
  }

  /** Whether there is memory at both ends of every piece. */
  get isThere(): boolean {
    return this.segments.every(({ address, length }) => this.#memory.has(address, length));
  }

  /** Fills `target` from byte `at` on: bytes that there were. */
  read(at: number, target: Uint8Array): number {
    return this.#move(at, target.length, (address, start, end) =>
      this.#memory.read(address, target.subarray(start, end)),
    );
  }

  /** Writes `bytes` from byte `at` on: bytes that there was room for. */
  write(at: number, bytes: Uint8Array): number {
    return this.#move(at, bytes.length, (address, start, end) =>
      this.#memory.write(address, bytes.subarray(start, end)),
    );
  }

  /** Calls `part` for what `length` bytes from `at` on have of each segment: bytes that there were. */
  #move(at: number, length: number, part: (address: number, start: number, end: number) => void): number {
    let skipped = at;
    let done = 0;
    for (const segment of this.segments) {
      if (done === length) break;
      const count = Math.min(segment.length - skipped, length - done);
      if (count > 0) part(segment.address + skipped, done, done + count);
      done += Math.max(count, 0);
      skipped = Math.max(skipped - segment.length, 0);
    }
    return done;
  }
}

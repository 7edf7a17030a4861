import type { BusMemory } from '../../memory/bus-memory.ts';
import { DescriptorView } from '../../memory/descriptors.ts';
import { Bcr, Csr, DescriptorStatus, LENGTH_ONES, WIDE } from './registers.ts';
import type { PcnetState } from './state.ts';

/** A descriptor as the chip sees it, whatever its style. */
export interface Descriptor {
  readonly address: number;
  readonly buffer: number;
  /** Bytes of the buffer, 1 to 4096. */
  readonly bytes: number;
  status: number;
  /** The third word: of a received frame its length, of a sent one errors. */
  detail: number;
}

/** Words of a descriptor by software style: with 16 bits 8 bytes, else 16; style 3 has buffer and detail exchanged. */
const NARROW_BYTES = 8;
const WIDE_BYTES = 16;
const SWAPPED_STYLE = 3;

/** Whether structures in memory have 32 bits. */
export function isWide({ bcr }: PcnetState): boolean {
  return (bcr[Bcr.softwareStyle]! & WIDE) !== 0;
}

/** An address in memory: those of 16-bit structures have 24 bits, and the upper ones of the initialization block's. */
export function physical(state: PcnetState, address: number): number {
  return isWide(state) ? address : (address | ((state.csr[Csr.initHigh]! & 0xff00) << 16)) >>> 0;
}

/** Reads and writes descriptors (data sheet, "Receive Descriptors", "Transmit Descriptors"). */
export class Descriptors {
  readonly #state: PcnetState;
  readonly #narrow: DescriptorView;
  readonly #wide: DescriptorView;

  constructor(state: PcnetState, memory: BusMemory) {
    this.#state = state;
    this.#narrow = new DescriptorView(memory, NARROW_BYTES);
    this.#wide = new DescriptorView(memory, WIDE_BYTES);
  }

  /** The one at a place of a ring; null: it is not the chip's, or its length is no negative number. */
  owned(ring: number, index: number): Descriptor | null {
    const descriptor = isWide(this.#state) ? this.#fetchWide(ring, index) : this.#fetchNarrow(ring, index);
    return (descriptor.status & DescriptorStatus.owned) !== 0 && descriptor.bytes > 0 ? descriptor : null;
  }

  #fetchNarrow(ring: number, index: number): Descriptor {
    const address = ring + index * NARROW_BYTES;
    this.#narrow.fetch(address);
    const [first, second] = [this.#narrow.word(0), this.#narrow.word(1)];
    return {
      address,
      buffer: physical(this.#state, first & 0xffffff),
      bytes: bytesOf(second),
      status: (first >>> 16) & 0xff00,
      detail: second & 0xffff0000,
    };
  }

  #fetchWide(ring: number, index: number): Descriptor {
    const address = ring + index * WIDE_BYTES;
    this.#wide.fetch(address);
    const words = [0, 1, 2].map((n) => this.#wide.word(n));
    const [buffer, detail] = this.#isSwapped ? [words[2]!, words[0]!] : [words[0]!, words[2]!];
    return { address, buffer, bytes: bytesOf(words[1]!), status: words[1]! >>> 16, detail };
  }

  get #isSwapped(): boolean {
    return (this.#state.bcr[Bcr.softwareStyle]! & 0xff) === SWAPPED_STYLE;
  }

  /** Gives it back with status and detail; of a frame that has come the detail is its length, at the end of the last buffer. */
  giveBack({ address, status, detail }: Descriptor, isReceived: boolean): void {
    const given = status & ~DescriptorStatus.owned;
    if (isWide(this.#state)) {
      this.#wide.fetch(address);
      this.#wide.setWord(1, (this.#wide.word(1) & 0xffff) | (given << 16));
      this.#wide.setWord(this.#isSwapped ? 0 : 2, detail);
      this.#wide.store(0, 3);
      return;
    }
    this.#narrow.fetch(address);
    this.#narrow.setWord(0, (this.#narrow.word(0) & 0xffffff) | ((given & 0xff00) << 16));
    const upper = isReceived ? detail << 16 : detail & 0xffff0000;
    this.#narrow.setWord(1, (this.#narrow.word(1) & 0xffff) | upper);
    this.#narrow.store(0, 2);
  }
}

/** 12 bits of a negative number, with ones above them; 0: there are none. */
function bytesOf(word: number): number {
  return (word & LENGTH_ONES) === LENGTH_ONES ? 0x1000 - (word & 0xfff) : 0;
}

/** The counters of a ring: its length, and how much of it is left, from the length down to 1. */
export interface RingCounters {
  readonly length: number;
  readonly counter: number;
}

/** The place `ahead` of the present one. A guest may have written any numbers. */
export function placeIn({ csr }: PcnetState, { length, counter }: RingCounters, ahead = 0): number {
  const places = csr[length]! || 1;
  const place = (places - csr[counter]! + ahead) % places;
  return place < 0 ? place + places : place;
}

/** Moves the present place on. */
export function advance(state: PcnetState, counters: RingCounters, by: number): void {
  const places = state.csr[counters.length]! || 1;
  state.csr[counters.counter] = places - placeIn(state, counters, by);
}

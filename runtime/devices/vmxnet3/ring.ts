import type { BusMemory } from '../../memory/bus-memory.ts';
import { DescriptorView } from '../../memory/descriptors.ts';
import { DESCRIPTOR_BYTES } from './registers.ts';
import type { RingState } from './state.ts';

/** A place in a ring, without effect on the ring. */
export type RingPlace = Pick<RingState, 'next' | 'generation'>;

/** The place after one. */
export function following({ size }: RingState, { next, generation }: RingPlace): RingPlace {
  return next + 1 < size ? { next: next + 1, generation } : { next: 0, generation: !generation };
}

/** Makes a ring of so many descriptors, as far as there may be. */
export function beginRing(ring: RingState, address: number, size: number, most: number): void {
  Object.assign(ring, { address, size: Math.min(size, most), next: 0, generation: true });
}

/** Reads the descriptors of rings, and writes those of completions. */
export class RingMemory {
  readonly view: DescriptorView;
  readonly #memory: BusMemory;
  readonly #completion = new DataView(new ArrayBuffer(DESCRIPTOR_BYTES));

  constructor(memory: BusMemory) {
    this.#memory = memory;
    this.view = new DescriptorView(memory, DESCRIPTOR_BYTES);
  }

  /** Fetches the descriptor at a place into `view`. */
  fetch({ address }: RingState, { next }: RingPlace): void {
    this.view.fetch(address + next * DESCRIPTOR_BYTES);
  }

  /** Writes a completion, whose last word gets the ring's generation. */
  complete(ring: RingState, words: readonly [number, number, number, number], generationBit: number): void {
    const bits = ring.generation ? words[3] | generationBit : words[3];
    for (const [n, word] of [words[0], words[1], words[2], bits].entries())
      this.#completion.setUint32(4 * n, word, true);
    this.#memory.write(ring.address + ring.next * DESCRIPTOR_BYTES, new Uint8Array(this.#completion.buffer));
    Object.assign(ring, following(ring, ring));
  }
}

import { Feature } from './registers.ts';
import type { VirtioState } from './state.ts';

/** The feature bits that the device offers, and those that the driver accepted. */
export class Features {
  readonly #state: VirtioState;
  readonly #offered: readonly [number, number];

  constructor(state: VirtioState, own: readonly number[]) {
    this.#state = state;
    const { anyLayout, indirect, eventIndex, version1 } = Feature;
    this.#offered = wordsOf([...own, anyLayout, indirect, eventIndex, version1]);
  }

  /** Whether the driver wants a feature. */
  has(bit: number): boolean {
    return ((this.#state.driverFeatures[bit >> 5] >>> (bit & 31)) & 1) !== 0;
  }

  /** A word of 32 features; beyond the second there are none. */
  offered(word: number): number {
    return word > 1 ? 0 : this.#offered[word];
  }

  /** A word of the features that the driver accepted. */
  taken(word: number): number {
    return word > 1 ? 0 : this.#state.driverFeatures[word];
  }

  take(word: number, value: number): void {
    if (word <= 1) this.#state.driverFeatures[word] = value;
  }

  /** A driver of the legacy interface: what it takes too much doesn't count. */
  takeLegacy(value: number): void {
    this.take(0, (value & this.#offered[0]) >>> 0);
    this.take(1, 0);
  }

  /** Whether the driver wants only what is offered, and the present version (6.1). */
  get isAcceptable(): boolean {
    const { driverFeatures } = this.#state;
    const isOffered = driverFeatures.every((word, n) => (word & ~this.#offered[n]) === 0);
    return isOffered && this.has(Feature.version1);
  }
}

function wordsOf(bits: readonly number[]): [number, number] {
  const words: [number, number] = [0, 0];
  for (const bit of bits) words[bit >> 5] = (words[bit >> 5] | (1 << (bit & 31))) >>> 0;
  return words;
}

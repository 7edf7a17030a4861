import { QUEUE_DEPTH } from './registers.ts';
import type { QueueState } from './state.ts';

/** A first-in first-out queue of words with room for QUEUE_DEPTH. */
export class WordQueue {
  readonly #state: QueueState;

  constructor(state: QueueState) {
    this.#state = state;
  }

  get isEmpty(): boolean {
    return this.#state.count === 0;
  }

  get isFull(): boolean {
    return this.#state.count === QUEUE_DEPTH;
  }

  /** Adds a word. There must be room for it. */
  put(word: number): void {
    const state = this.#state;
    state.entries[(state.first + state.count++) % QUEUE_DEPTH] = word;
  }

  /** Takes the oldest word. There must be one. */
  take(): number {
    const state = this.#state;
    const word = state.entries[state.first]!;
    state.first = (state.first + 1) % QUEUE_DEPTH;
    state.count--;
    return word;
  }

  clear(): void {
    Object.assign(this.#state, { first: 0, count: 0 });
  }
}

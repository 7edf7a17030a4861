import { Word } from '../../translator/abi/state.ts';

/** Bits of Word.wake: why a machine is woken. */
export const Wake = {
  /** A message for its isolate, or the end of a batch of output. */
  message: 1,
  /** A message of what serves its drives. */
  drives: 2,
} as const;

/**
 * Makes a machine look at the messages that have been sent to its isolate, whatever it is doing. `state` is its state words.
 * @param why a bit of Wake
 */
export function wakeMachine(state: Int32Array, why: number = Wake.message): void {
  // In this order: who is called finds out why.
  Atomics.or(state, Word.wake, why);
  Atomics.store(state, Word.attention, 1);
  Atomics.notify(state, Word.wake);
}

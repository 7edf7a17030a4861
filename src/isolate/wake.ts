import { Word } from '../../translator/abi/state.ts';

/**
 * Makes a machine look at all messages that have been sent to its isolate, whatever it is doing: those of its host, and those of what
 * serves its drives. `state` is its state words.
 */
export function wakeMachine(state: Int32Array): void {
  // In this order: who is called finds out why.
  Atomics.store(state, Word.wake, 1);
  Atomics.store(state, Word.attention, 1);
  Atomics.notify(state, Word.wake);
}

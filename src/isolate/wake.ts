import { Word } from '../../translator/abi/state.ts';

/** Bits of Word.wake: why a machine is to come back to its loop. */
export const Wake = { message: 1, loop: 2 } as const;

/**
 * Makes a machine look at all messages that have been sent to its isolate, whatever it is doing: those of its host, and those of what
 * serves its drives. `state` is its state words.
 */
export function wakeMachine(state: Int32Array): void {
  // In this order: who is called finds out why.
  Atomics.or(state, Word.wake, Wake.message);
  Atomics.store(state, Word.attention, 1);
  Atomics.notify(state, Word.wake);
}

/** Makes a machine that runs come back to its loop, which knows why. */
export function callBack(state: Int32Array): void {
  Atomics.or(state, Word.wake, Wake.loop);
  Atomics.store(state, Word.attention, 1);
}

import { Word } from './state.ts';

/** Whether the hypervisor of the guest that runs intercepts an exit code (exits.ts). Nothing is intercepted while none runs. */
export function isIntercepted(state: Int32Array, exit: number): boolean {
  return ((state[Word.intercepts + (exit >>> 5)]! >>> (exit & 31)) & 1) !== 0;
}

import { flagCarriesOf, flagResultOf, flagsImage } from '../../runtime/cpu/arithmetic.ts';
import { Eflags, Word } from '../../translator/abi/state.ts';

/** EFLAGS as one word, out of the state. */
export function readEflags(state: Int32Array): number {
  return state[Word.eflags] | flagsImage(state[Word.flagResult], state[Word.flagCarries]);
}

export function writeEflags(state: Int32Array, eflags: number): void {
  state[Word.eflags] = (eflags & ~Eflags.arithmetic) | Eflags.one;
  state[Word.flagResult] = flagResultOf(eflags);
  state[Word.flagCarries] = flagCarriesOf(eflags);
}

import { Word } from '../../translator/abi/state.ts';
import type { Pacing } from '../../translator/emit/context.ts';

/** How running code is paced, as far as it matters outside generated code. */
export interface Pace {
  /** Instructions take from a budget (see EmitOptions.pacing). */
  readonly budgeted: boolean;
  /** Whether the dispatcher is to be asked; counts a jump where these are counted (EmitContext.asked). */
  readonly isAsked: () => boolean;
}

export function paceOf(pacing: Pacing, state: Int32Array): Pace {
  const polls = () => state[Word.attention] !== 0;
  const counts = () => --state[Word.budget] < 0 || state[Word.attention] !== 0;
  return { budgeted: pacing === 'budget', isAsked: pacing === 'jumps' ? counts : polls };
}

import { Word } from '../../translator/abi/state.ts';
import type { Pacing } from '../../translator/emit/context.ts';

/** How running code is paced, outside generated code. */
export class Pace {
  readonly pacing: Pacing;
  /** Instructions take from a budget (see EmitOptions.pacing). */
  readonly budgeted: boolean;
  /** Whether the dispatcher is to be asked; counts a jump where these are counted (EmitContext.asked). */
  readonly isAsked: () => boolean;
  private readonly state: Int32Array;

  constructor(pacing: Pacing, state: Int32Array) {
    const polls = () => state[Word.attention] !== 0;
    const counts = () => --state[Word.budget] < 0 || state[Word.attention] !== 0;
    this.pacing = pacing;
    this.budgeted = pacing === 'budget';
    this.isAsked = pacing === 'jumps' ? counts : polls;
    this.state = state;
  }

  /** Takes an instruction from the budget, if there is one; false if nothing is left of it. */
  take(): boolean {
    if (!this.budgeted) return true;
    if (this.state[Word.budget] <= 0) return false;
    this.state[Word.budget]--;
    return true;
  }

  /** Gives back what was taken for an instruction that has not run. */
  giveBack(): void {
    if (this.budgeted) this.state[Word.budget]++;
  }
}

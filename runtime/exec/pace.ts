import { Word } from '../../translator/abi/state.ts';
import type { Pacing } from '../../translator/emit/context.ts';

/** Jumps that an entry by the dispatcher counts as: it may last as long as the most elements of a repeated instruction. */
const JUMPS_AN_ENTRY = 256;

/** How running code is paced, outside generated code (there: EmitContext). */
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

  /** Nothing is left of what is counted. */
  get isUsedUp(): boolean {
    return this.pacing !== 'poll' && this.state[Word.budget] <= 0;
  }

  /** The dispatcher enters code. What comes back there by itself, as repeated port instructions do, asks nowhere else. */
  enter(): void {
    if (this.pacing === 'jumps') this.state[Word.budget] -= JUMPS_AN_ENTRY;
  }

  /**
   * Whether an instruction has requested an exit while instructions are counted: the exit then comes right after it, on every
   * engine.
   */
  get isInterrupted(): boolean {
    return this.budgeted && this.state[Word.attention] !== 0;
  }

  /** Takes an instruction from the budget, if there is one; false if nothing is left of it, or the dispatcher is asked for. */
  take(): boolean {
    if (!this.budgeted) return true;
    if (this.state[Word.budget] <= 0 || this.state[Word.attention] !== 0) return false;
    this.spend();
    return true;
  }

  /** Takes an instruction from the budget, of which something is left. */
  spend(): void {
    if (this.budgeted) this.state[Word.budget]--;
  }

  /** Gives back what was taken for an instruction that has not run. */
  giveBack(): void {
    if (this.budgeted) this.state[Word.budget]++;
  }
}

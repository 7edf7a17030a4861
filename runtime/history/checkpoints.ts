import type { GuestRam } from '../memory/ram.ts';
import { MemoryHistory } from './memory-history.ts';

/** How much is kept of a machine's past. */
export interface HistoryLimits {
  /** Fewest instructions between two checkpoints that come by themselves. */
  readonly spacing: number;
  /** Most checkpoints, at least 2. */
  readonly most: number;
  /** Most bytes of memory's earlier contents. One copy of memory is kept, whatever it takes. */
  readonly mostBytes: number;
}

export const defaultLimits: HistoryLimits = { spacing: 1_000_000, most: 128, mostBytes: 256 << 20 };

/** A moment that a machine can be put back to. */
interface Checkpoint<State> {
  readonly instructions: number;
  /** All but memory. */
  readonly state: State;
}

/**
 * Moments of a machine's past, oldest first, evenly spread: where they are too many or take too much, those go whose neighbours
 * are nearest to each other, and new ones come less often.
 */
export class Checkpoints<State> {
  readonly #limits: HistoryLimits;
  readonly #memory: MemoryHistory;
  #all: Checkpoint<State>[] = [];
  #spacing: number;
  #due = 0;

  constructor(ram: GuestRam, limits: HistoryLimits) {
    this.#limits = limits;
    this.#memory = new MemoryHistory(ram);
    this.#spacing = limits.spacing;
  }

  get count(): number {
    return this.#all.length;
  }

  /** How many bytes contents of memory take that are in none of the checkpoints before. */
  get bytes(): number {
    return this.#memory.bytes;
  }

  /** The state at a checkpoint, without memory. */
  stateAt(checkpoint: number): State {
    return this.#all[checkpoint]!.state;
  }

  /** Where a checkpoint is. */
  instructionsAt(checkpoint: number): number {
    return this.#all[checkpoint]!.instructions;
  }

  /** The last one where no more than so many instructions have run; -1: there is none. */
  before(instructions: number): number {
    return this.#all.findLastIndex((checkpoint) => checkpoint.instructions <= instructions);
  }

  /** Whether one is to be kept where so many instructions have run. */
  isDue(instructions: number): boolean {
    if (instructions < this.#due) return false;
    const last = this.before(instructions);
    if (last < 0) return true;
    this.#due = this.instructionsAt(last) + this.#spacing;
    return instructions >= this.#due;
  }

  /** Keeps the machine's present moment, unless it has been kept. */
  add(instructions: number, state: State): void {
    const before = this.before(instructions);
    if (this.#all[before]?.instructions === instructions) return;
    this.#memory.add(before + 1);
    this.#all.splice(before + 1, 0, { instructions, state });
    while (this.#isTooMuch) this.#removeNearest();
    this.#due = instructions + this.#spacing;
  }

  /** Puts memory back to a checkpoint. */
  restore(checkpoint: number): void {
    this.#memory.restore(checkpoint);
    this.#due = this.instructionsAt(checkpoint) + this.#spacing;
  }

  clear(): void {
    this.#memory.clear();
    this.#all = [];
    this.#spacing = this.#limits.spacing;
    this.#due = 0;
  }

  get #isTooMuch(): boolean {
    const { most, mostBytes } = this.#limits;
    return this.count > most || (this.bytes > mostBytes && this.count > 2);
  }

  #removeNearest(): void {
    const removable = this.#all.keys().filter((n) => n > 0 && n !== this.#memory.present);
    const nearest = [...removable].reduce((best, n) => (this.#gap(n) < this.#gap(best) ? n : best));
    this.#memory.remove(nearest);
    this.#all.splice(nearest, 1);
    const whole = this.#all.at(-1)!.instructions - this.#all[0]!.instructions;
    this.#spacing = Math.max(this.#spacing, (2 * whole) / this.#limits.most);
  }

  /** Instructions between the neighbours of a checkpoint. */
  #gap(checkpoint: number): number {
    const [before, after] = [this.#all[checkpoint - 1]!, this.#all[checkpoint + 1]];
    return after
      ? after.instructions - before.instructions
      : 2 * (this.instructionsAt(checkpoint) - before.instructions);
  }
}

/** A place in the past of a machine whose executed instructions are counted. */
export interface Place {
  /** Number of instructions that have run. */
  readonly instructions: number;
  /** The next one is about to run: what interrupts it here has done so. */
  readonly isReady: boolean;
}

/** Negative: a is earlier than b. */
export function compare(a: Place, b: Place): number {
  return a.instructions - b.instructions || Number(a.isReady) - Number(b.isReady);
}

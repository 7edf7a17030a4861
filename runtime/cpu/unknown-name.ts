/** A processor's model or feature that there is not. */
export class UnknownNameError extends RangeError {
  /** The mistake, without the names that there are. */
  readonly problem: string;
  readonly asked: string;
  readonly known: readonly string[];

  constructor(problem: string, asked: string, known: readonly string[]) {
    super(`${problem}; there are: ${known.join(', ')}`);
    this.problem = problem;
    this.asked = asked;
    this.known = known;
  }
}

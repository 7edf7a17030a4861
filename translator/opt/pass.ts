import type { Statement } from '../ir/statement.ts';

/** A step of the optimiser: straight code in, straight code with the same meaning out. Pure. */
export interface Pass {
  readonly name: string;
  /** `newTemporary` gives numbers of temporaries that the region has not. */
  run(statements: Statement[], newTemporary: () => number): Statement[];
}

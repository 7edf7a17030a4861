import type { AttemptName, QuestionName, TrapName } from '../abi/helpers.ts';
import type { LiftBuilder, Operand } from './lifter.ts';

/** Does the usual case of an instruction by an attempt; others, which it refuses, are left to a trap. */
export function attempt(
  b: LiftBuilder,
  usual: AttemptName | QuestionName,
  args: Operand[],
  trap: TrapName,
  trapArgs: Operand[] = args,
): void {
  const isDone = b.let(b.call(usual, ...args));
  b.fallback(b.equal(isDone, 0), trap, ...trapArgs);
}

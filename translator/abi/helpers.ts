/**
 * The helper table: everything generated code may call, with what a call may do.
 * pure: a function of its arguments; never faults, reads or writes no state.
 * trap: called with the whole state stored; may fault (by throwing), may change anything. A trap that `resumes` goes on
 * at the next instruction (unless the key changed or attention is asked for); the others set Word.eip.
 */
export interface HelperDeclaration {
  readonly kind: 'pure' | 'trap';
  readonly arguments: number;
  readonly resumes: boolean;
}

const pure = (args: number): HelperDeclaration => ({ kind: 'pure', arguments: args, resumes: true });
const trap = (args: number): HelperDeclaration => ({ kind: 'trap', arguments: args, resumes: true });
const transfer = (args: number): HelperDeclaration => ({ kind: 'trap', arguments: args, resumes: false });

export const helpers = {
  /** High half of an unsigned and of a signed 32 x 32 product. */
  multiplyHighUnsigned: pure(2),
  multiplyHighSigned: pure(2),
  /** Quotients of (high, low, divisor), and whether the signed one does not fit 32 bits (runtime/cpu/division.ts). */
  divideUnsigned: pure(3),
  divideSigned: pure(3),
  divideOverflowSigned: pure(3),
  /** Math.clz32. */
  countLeadingZeros: pure(1),
  /** Six arithmetic flags of (flagResult, flagCarries) as an EFLAGS image, and back. */
  flagsImage: pure(2),
  flagResultOf: pure(1),
  flagCarriesOf: pure(1),

  /** (helper arguments are named at their implementations in runtime/cpu) */
  halt: trap(0),
  softwareInterrupt: transfer(2),

  // x87 (runtime/cpu/x87/execute.ts, fxsave.ts).
  x87Register: trap(4),
  x87Memory: trap(5),
  x87Environment: trap(3),
  fxsave: trap(1),
  fxrstor: trap(1),
  ldmxcsr: trap(1),
  stmxcsr: trap(1),
} satisfies Record<string, HelperDeclaration>;
void trap;
void transfer;

export type HelperName = keyof typeof helpers;

const numbers = new Map(Object.keys(helpers).map((name, index) => [name, index]));

/** Position of a helper in the table: index of its counter. */
export function helperNumber(name: HelperName): number {
  return numbers.get(name)!;
}

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
  /** Six arithmetic flags of (flagResult, flagCarries) as an EFLAGS image, and back. */
  flagsImage: pure(2),
  flagResultOf: pure(1),
  flagCarriesOf: pure(1),

  /** (helper arguments are named at their implementations in runtime/cpu) */
  halt: trap(0),
  softwareInterrupt: transfer(2),
} satisfies Record<string, HelperDeclaration>;
void trap;
void transfer;

export type HelperName = keyof typeof helpers;

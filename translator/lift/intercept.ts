import { Key } from '../abi/key.ts';
import { Word } from '../abi/state.ts';
import type { Lift, LiftBuilder } from './lifter.ts';

/** Intercepts in a word of Word.intercepts. */
const WORD_BITS = 32;

/**
 * An instruction that a hypervisor may intercept by an exit code (abi/exits.ts). Only code of a guest asks; what comes before the intercept
 * (AMD64 Architecture Programmer's Manual vol. 2, 15.9) is checked by `first`.
 */
export function intercepted(exit: number, lift: Lift, first?: Lift): Lift {
  return (b) => {
    if (b.key & Key.guest) {
      first?.(b);
      leaveIfIntercepted(b, exit);
    }
    lift(b);
  };
}

/** Leaves the guest if the intercept of an exit code is set. */
function leaveIfIntercepted(b: LiftBuilder, exit: number): void {
  const word = Word.intercepts + Math.floor(exit / WORD_BITS);
  b.fallback(b.and(b.shr(b.get(word), exit % WORD_BITS), 1), 'leaveGuest', exit);
}

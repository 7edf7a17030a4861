import { Key } from '../abi/key.ts';
import { Word } from '../abi/state.ts';
import type { FieldName } from '../ir/value.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';

/** Intercepts in a word of Word.intercepts. */
const WORD_BITS = 32;

/**
 * An instruction that a hypervisor may intercept by an exit code (abi/exits.ts). Only code of a guest asks; what comes before the intercept
 * (AMD64 Architecture Programmer's Manual vol. 2, 15.9) is checked by `first`.
 */
export function intercepted(exit: number, lift: Lift, first?: Lift): Lift {
  return guarded(lift, first, (b) => leaveIfIntercepted(b, exit, 0));
}

/** An instruction with several exit codes in a row, one for each operand that a field may name; else as `intercepted`. */
export function interceptedBy(field: FieldName, exit: number, lift: Lift, first?: Lift): Lift {
  return guarded(lift, first, (b) => leaveIfIntercepted(b, exit, b.field(field)));
}

function guarded(lift: Lift, first: Lift | undefined, leave: Lift): Lift {
  return (b) => {
    if (b.key & Key.guest) {
      first?.(b);
      leave(b);
    }
    lift(b);
  };
}

/** Leaves the guest if the intercept of an exit code, `exit` + `number`, is set. */
function leaveIfIntercepted(b: LiftBuilder, exit: number, number: Operand): void {
  const word = Word.intercepts + Math.floor(exit / WORD_BITS);
  const bit = b.add(number, exit % WORD_BITS);
  b.fallback(b.and(b.shr(b.get(word), bit), 1), 'leaveGuest', b.add(number, exit));
}

/** Segment registers of real and virtual-8086 mode, where a selector is its segment's base in fewer bits (Intel SDM vol. 3, 20.1.1). */
import type { TrapName } from '../abi/helpers.ts';
import { Key } from '../abi/key.ts';
import { Rights, realRights } from '../abi/rights.ts';
import { Segment, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { LiftBuilder, Operand } from './lifter.ts';

const SELECTOR_SHIFT = 4;

export function isUnprotected(b: LiftBuilder): boolean {
  return (b.key & Key.protected) === 0 || (b.key & Key.vm86) !== 0;
}

/** Leaves a load of a segment register, not SS, to a trap where it may change more than selector and base. In virtual-8086 mode it never does. */
export function leaveUnusualLoad(b: LiftBuilder, segment: Operand, trap: TrapName, args: readonly Operand[]): void {
  if (b.key & Key.vm86) return;
  const rights = b.and(b.get(b.add(segment, Word.segmentRights)), ~(Rights.big | Rights.granular));
  // What protected mode has left; and where SS is flat the key may depend on this segment.
  const isUnusual = b.or(b.notEqual(rights, realRights), b.equal(b.get(Word.segmentLimit + Segment.ss), -1));
  b.fallback(isUnusual, trap, ...args);
}

export function setSegment(b: LiftBuilder, segment: Operand, selector: Value): void {
  b.set(b.add(segment, Word.selector), selector);
  b.set(b.add(segment, Word.segmentBase), b.shl(selector, SELECTOR_SHIFT));
}

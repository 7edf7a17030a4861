import { Vector } from '../abi/faults.ts';
import { Key } from '../abi/key.ts';
import type { LiftBuilder, Operand } from './lifter.ts';

/** Alignment of operands of 8 and more bytes (Intel SDM vol. 3, table 6-7 and 6.15, #AC). */
const QUADWORD = 8;

/** Raises #AC for an operand of up to 10 bytes that is not aligned, if that is checked, before anything has changed. */
export function checkNaturalAlignment(b: LiftBuilder, linear: Operand, bytes: number): void {
  const alignment = Math.min(bytes, QUADWORD);
  if (b.key & Key.alignment) b.faultIf(b.notEqual(b.and(linear, alignment - 1), 0), Vector.alignmentCheck);
}

/**
 * Raises #AC for an operand of 8 or more bytes that is not aligned, if that is checked. It is made of accesses to fewer,
 * which check only their own alignment (runtime/memory/alignment.ts).
 */
export function checkAlignment(b: LiftBuilder, linear: Operand, bytes: number): void {
  if (bytes >= QUADWORD && b.key & Key.alignment)
    b.faultIf(b.notEqual(b.and(linear, QUADWORD - 1), 0), Vector.alignmentCheck);
}

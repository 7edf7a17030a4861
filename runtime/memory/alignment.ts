import { Vector } from '../../translator/abi/faults.ts';
import { Key } from '../../translator/abi/key.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';

/** Whether an access of `size` bytes, a power of two, is a fault: it is not aligned, and misaligned accesses fault. */
export function isAlignmentFault(state: Int32Array, linear: number, size: number): boolean {
  return (linear & (size - 1)) !== 0 && (state[Word.key] & Key.alignment) !== 0;
}

/** Raises #AC(0) for an access that is not aligned, if misaligned accesses fault. */
export function checkAlignment(state: Int32Array): void {
  if (state[Word.key] & Key.alignment) raise(Vector.alignmentCheck);
}

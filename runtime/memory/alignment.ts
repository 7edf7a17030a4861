import { Vector } from '../../translator/abi/faults.ts';
import { Key } from '../../translator/abi/key.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';

/** Raises #AC(0) for an access that is not aligned, if misaligned accesses fault. */
export function checkAlignment(state: Int32Array): void {
  if (state[Word.key] & Key.alignment) raise(Vector.alignmentCheck, 0);
}

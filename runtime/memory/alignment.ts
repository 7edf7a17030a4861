import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Key } from '../../translator/abi/key.ts';
import { Eflags, Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';

/** Whether misaligned accesses fault: in user mode, with CR0.AM and EFLAGS.AC (Intel SDM vol. 3, 6.15, #AC). */
export function checksAlignment(state: Int32Array): boolean {
  if ((state[Word.key] & Key.user) === 0) return false;
  return (state[Word.cr0] & Cr0.am) !== 0 && (state[Word.eflags] & Eflags.ac) !== 0;
}

/** Raises #AC(0) for an access that is not aligned, if misaligned accesses fault. */
export function misaligned(state: Int32Array): void {
  if (checksAlignment(state)) raise(Vector.alignmentCheck, 0);
}

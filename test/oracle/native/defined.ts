import { Eflags, Word } from '../../../translator/abi/state.ts';
import { type Instruction, Shape } from '../../../translator/x86/instruction.ts';
import { defaultRegisters } from './layout.ts';
import type { Case } from './vector.ts';

/** The count of a shift or rotation, modulo 32. */
function countOf({ form, immediate }: Instruction, { registers }: Case): number {
  const source = form.operands.at(-1);
  if (source === '1') return 1;
  return (source === 'Ib' ? immediate : (registers[Word.ecx] ?? defaultRegisters[Word.ecx]!)) & 31;
}

const shifts = /^(RO[LR]|RC[LR]|S[AH][LR]|SH[LR]D)$/;

/**
 * Flags that the instruction leaves undefined with these operands (Intel SDM vol. 2): the table's, save that a shift by
 * 0 changes none and a shift by 1 defines OF.
 */
export function undefinedFlags(instruction: Instruction, before: Case): number {
  const { mnemonic, flagsUndefined } = instruction.form;
  if (!shifts.test(mnemonic)) return flagsUndefined;
  switch (countOf(instruction, before)) {
    case 0:
      return 0;
    case 1:
      return flagsUndefined & ~Eflags.of;
    default:
      return flagsUndefined;
  }
}

/** The result itself is undefined: a 16-bit double shift by more than 16 (Intel SDM vol. 2, SHLD). */
export function isResultUndefined(instruction: Instruction, before: Case): boolean {
  const { form, shape } = instruction;
  return /^SH[LR]D$/.test(form.mnemonic) && (shape & Shape.operand16) !== 0 && countOf(instruction, before) > 16;
}

/**
 * Flags that processors differ in where an exception comes in the middle of REPE or REPNE: Intel's are as before the instruction (SDM
 * vol. 2, REP), AMD's as after the last element.
 */
export function flagsWithin({ form, shape }: Instruction): number {
  const repeats = (shape & (Shape.repeat | Shape.repeatNot)) !== 0;
  return repeats && form.flow === 'string' ? form.flagsWritten : 0;
}

import { helpers } from '../abi/helpers.ts';
import type { IrBuilder } from '../ir/builder.ts';
import type { Statement } from '../ir/statement.ts';
import { bindReal, OperandBuilder } from '../lift/builder.ts';
import type { Instruction } from '../x86/instruction.ts';

/** Adds the meaning of an instruction, with its real operands. */
export function liftInstruction(ir: IrBuilder, i: Instruction, key: number): void {
  i.form.lift(new OperandBuilder(ir, i.form, i.shape, key, bindReal(i)));
}

/** Whether control comes after a trap, to the next instruction, when the runtime has executed it. */
export function comesBack(s: Statement | undefined): boolean {
  return s?.op === 'trap' && helpers[s.helper].resumes;
}

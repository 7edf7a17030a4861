import { type HelperName, helpers } from '../abi/helpers.ts';
import { IrBuilder } from '../ir/builder.ts';
import { type Statement, terminators } from '../ir/statement.ts';
import { bindReal, OperandBuilder } from '../lift/builder.ts';
import type { Instruction } from '../x86/instruction.ts';

/** Adds the meaning of an instruction, with its real operands. */
export function liftInstruction(ir: IrBuilder, i: Instruction, key: number): void {
  i.form.lift(new OperandBuilder(ir, i.form, i.shape, key, bindReal(i)));
}

/** Whether control comes after a trap, to the next instruction, when the runtime has executed it. */
export function comesBack(s: Statement | undefined): boolean {
  return s?.op === 'trap' && helpers[s.name as HelperName].resumes;
}

/** Whether a sensitive instruction goes on at the next one: it ends with such a trap, calls what comes back, or needs none. */
export function isResumed(i: Instruction, key: number): boolean {
  const ir = new IrBuilder();
  liftInstruction(ir, i, key);
  const last = ir.statements.at(-1);
  const isCall = last?.op === 'indirect' && last.name === 'call';
  return last === undefined || !terminators.has(last.op) || isCall || comesBack(last);
}

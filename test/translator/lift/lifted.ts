import { field, IrBuilder } from '../../../translator/ir/builder.ts';
import { printStatements } from '../../../translator/ir/print.ts';
import type { Statement } from '../../../translator/ir/statement.ts';
import { bindReal, OperandBuilder } from '../../../translator/lift/builder.ts';
import { decode } from '../../../translator/x86/decode.ts';
import { Instruction } from '../../../translator/x86/instruction.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import { forms, INVALID_FORM } from '../../../translator/x86/table/index.ts';

/** IR of an instruction with its operands, as text: what a translation is made of. */
export function liftedText(bytes: number[], key: number, eip = 0x1000): string {
  const instruction = new Instruction(forms[INVALID_FORM]!);
  decode(Uint8Array.from(bytes), 0, bytes.length, eip, key, instruction);
  const ir = new IrBuilder();
  instruction.form.lift(new OperandBuilder(ir, instruction.form, instruction.shape, key, bindReal(instruction)));
  return printStatements(ir.statements);
}

/** IR of a form, with fields of the decoded instruction as operands: what a handler is made of. */
export function liftSymbolic(form: Form, shape: number, key: number): Statement[] {
  const ir = new IrBuilder();
  form.lift(new OperandBuilder(ir, form, shape, key, field));
  return ir.statements;
}

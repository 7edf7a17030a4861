import { EmitContext, type EmitOptions } from './emit/context.ts';
import { emitHandler, type HandlerKind } from './emit/handler.ts';
import { emitLoop, isFast } from './emit/loop.ts';
import { field, IrBuilder } from './ir/builder.ts';
import type { Statement } from './ir/statement.ts';
import { OperandBuilder } from './lift/builder.ts';
import type { Instruction } from './x86/instruction.ts';
import type { Form } from './x86/table/form.ts';

/** IR of a form with its operands symbolic: fields of the decoded instruction. */
export function liftSymbolic(form: Form, shape: number, key: number): Statement[] {
  const ir = new IrBuilder();
  form.lift(new OperandBuilder(ir, form, shape, key, field));
  return ir.statements;
}

/** Sees the IR of a handler before its text is made. */
export type ObserveHandler = (name: string, statements: readonly Statement[]) => void;

/** Text of the interpreter's handler for a form in a shape under a key. */
export function bindHandler(
  { form, shape }: Pick<Instruction, 'form' | 'shape'>,
  key: number,
  kind: HandlerKind,
  options: EmitOptions,
  observe?: ObserveHandler,
): string {
  const name = [form.mnemonic, ...form.operands].join('_').replace(/\W/g, '');
  const statements = liftSymbolic(form, shape, key);
  observe?.(name, statements);
  return emitHandler(new EmitContext(options, key), name, statements, kind);
}

/** Whether the handler of a form in a shape under a key has a fast path. */
export function hasFastPath(form: Form, shape: number, key: number): boolean {
  return isFast(liftSymbolic(form, shape, key));
}

/** Text of the interpreter's loop for a key with the fast paths of these forms in these shapes (emit/loop.ts). */
export function bindLoop(
  forms: readonly Pick<Instruction, 'form' | 'shape'>[],
  key: number,
  options: EmitOptions,
): string {
  const paths = forms.map(({ form, shape }) => liftSymbolic(form, shape, key));
  return emitLoop(new EmitContext(options, key), paths);
}

import { type EmitOptions, LoopContext, RecordContext } from './emit/context.ts';
import { emitHandler } from './emit/handler.ts';
import { emitFastPath, emitLoop, type FastPath } from './emit/loop.ts';
import { field, IrBuilder } from './ir/builder.ts';
import type { Statement } from './ir/statement.ts';
import { OperandBuilder } from './lift/builder.ts';
import { endsBlock } from './region/flow.ts';
import type { Instruction } from './x86/instruction.ts';
import type { Form } from './x86/table/form.ts';

/** An instruction's form and shape: what a handler is made for. */
export type Kind = Pick<Instruction, 'form' | 'shape'>;

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
  { form, shape }: Kind,
  key: number,
  options: EmitOptions,
  observe?: ObserveHandler,
): string {
  const name = [form.mnemonic, ...form.operands].join('_').replace(/\W/g, '');
  const statements = liftSymbolic(form, shape, key);
  observe?.(name, statements);
  return emitHandler(new RecordContext(options, key), name, statements);
}

/** The fast path of a form in a shape for the interpreter's loop of a key; null if it has none. Others may have the same text. */
export function bindFastPath({ form, shape }: Kind, key: number, options: EmitOptions): FastPath | null {
  const following = endsBlock({ form, shape }) ? 'block' : 'sequence';
  return emitFastPath(new LoopContext(options, key), liftSymbolic(form, shape, key), following);
}

/** Text of the interpreter's loop for a key with these fast paths, which are of the operations from Operation.first on. */
export function bindLoop(paths: readonly FastPath[], key: number, options: EmitOptions): string {
  return emitLoop(new LoopContext(options, key), paths);
}

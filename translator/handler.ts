import { EmitContext, type EmitOptions, LoopContext, type LoopEmitOptions } from './emit/context.ts';
import { emitHandler, type HandlerKind } from './emit/handler.ts';
import { emitFastPath, emitLoop, type FastPath, type LoopPath } from './emit/loop.ts';
import { field, IrBuilder } from './ir/builder.ts';
import type { Statement } from './ir/statement.ts';
import { OperandBuilder } from './lift/builder.ts';
import { endsBlock } from './region/flow.ts';
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

/** The fast path of a form in a shape for the interpreter's loop of a key; null if it has none. Others may have the same text. */
export function bindFastPath(
  { form, shape }: Pick<Instruction, 'form' | 'shape'>,
  key: number,
  options: LoopEmitOptions,
): FastPath | null {
  const following = endsBlock({ form, shape }) ? 'block' : 'sequence';
  return emitFastPath(new LoopContext(options, key), liftSymbolic(form, shape, key), following);
}

/** Text of the interpreter's loop for a key with these fast paths, those that are met most first (emit/loop.ts). */
export function bindLoop(paths: readonly LoopPath[], key: number, options: LoopEmitOptions): string {
  return emitLoop(new LoopContext(options, key), paths);
}

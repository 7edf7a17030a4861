import { FpuMode, FpuPrecision, Word } from '../../abi/state.ts';
import type { X87Statement } from '../../ir/statement.ts';
import type { Value } from '../../ir/value.ts';
import { operationOf } from '../../ir/x87/operations.ts';
import type { EmitContext } from '../context.ts';
import { modeOf } from './block.ts';
import { X87Emitter } from './region.ts';

/** The functions of the handler's printer that this one needs. */
export interface X87HandlerHost {
  integer(v: Value): string;
  boolean(v: Value): string;
  /** Statements that execute the instruction by its trap, with its result in its temporary. */
  trap(s: X87Statement): string;
}

/** The stack is as it is found: one block, at whose start ST(0) is register 0. */
const depths = { isUsed: true, entry: [0], isConsistent: () => true };

/**
 * Prints the x87 instruction of a handler as a region of nothing else: inline where that is possible, else by its trap. `inline`
 * becomes false then.
 */
export function emitX87(context: EmitContext, s: X87Statement, host: X87HandlerHost): string {
  const result = s.temporary < 0 ? '' : `,t${s.temporary}=0`;
  const leave = `{${host.trap(s)}inline=false;break X;}`;
  const printed = (precision: number): string => emitInline(context, s, precision, host, leave);
  return `let inline=true${result};X:{${byPrecision(context, s, printed)}}`;
}

function byPrecision(context: EmitContext, s: X87Statement, printed: (precision: number) => string): string {
  if ((modeOf(operationOf(s.args[0].number)) & FpuMode.precision) === 0) return printed(FpuPrecision.extended);
  const { extended, double, single } = FpuPrecision;
  const choose = `const p=${context.word(Word.fpuMode)}&${FpuMode.precision};`;
  return `${choose}if(p===${extended}){${printed(extended)}}else if(p===${double}){${printed(double)}}else{${printed(single)}}`;
}

function emitInline(
  context: EmitContext,
  s: X87Statement,
  precision: number,
  host: X87HandlerHost,
  leave: string,
): string {
  const region = { key: context.key, blocks: [{ eip: 0, statements: [s], instructions: [] }] };
  const x87 = new X87Emitter(context, region, depths, precision, {
    integer: (v) => host.integer(v),
    boolean: (v) => host.boolean(v),
    interpret: () => leave,
    missed: () => leave,
    interpretOtherPrecision: () => leave,
    assign: ({ temporary }, text) => `t${temporary}=${text};`,
    alignment: () => 'natural',
  });
  x87.begin(0);
  const text = x87.statement(s);
  return `let ${x87.load(0)}${x87.declarations()},k=0;${text}${x87.store()}`;
}

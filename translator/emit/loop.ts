import { Word } from '../abi/state.ts';
import type { Statement, StatementOp } from '../ir/statement.ts';
import type { EmitContext } from './context.ts';
import { type CheckedAccess, HandlerEmitter } from './handler.ts';

const forTheRuntime: ReadonlySet<StatementOp> = new Set(['trap', 'escape', 'x87']);
const mayMiss: ReadonlySet<StatementOp> = new Set(['load', 'store', 'probe', 'window', 'segment', 'fault', 'fallback']);
const changes: ReadonlySet<StatementOp> = new Set(['set', 'store', 'flags']);
const transfers: ReadonlySet<StatementOp> = new Set(['jump', 'branch', 'exitIf']);

/**
 * Whether a handler has a fast path: nothing in it is for the runtime, what may miss comes before the first change, so that it
 * can give up, and it does not go to itself, as repeated instructions do: they are left between any two elements. Flags of
 * MXCSR that a helper has set before a path gives up are set once more by the handler.
 */
export function isFast(statements: readonly Statement[]): boolean {
  let hasChanged = false;
  for (const s of nested(statements)) {
    if (forTheRuntime.has(s.op) || (hasChanged && mayMiss.has(s.op)) || goesTo(s, 'eip')) return false;
    hasChanged ||= changes.has(s.op);
  }
  return true;
}

function nested(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((s) => [s, ...nested(s.body ?? [])]);
}

/** Whether control may go to what a field of the instruction tells. */
function goesTo(s: Statement, field: 'eip' | 'target'): boolean {
  return transfers.has(s.op) && s.args.some((v) => v.name === field);
}

/**
 * Prints the interpreter's loop for one state key, `(i, e) => node`: runs nodes from `i` on until control comes to the node
 * `e`, or leaves (null). The fast paths of handlers are in it, by the slot of a node; what they don't do (TLB misses,
 * faults, a request for attention) is left to the handler, which STEP runs. So no slow path is in the loop: V8 would throw all
 * of it away when one first ran. A fast path throws nothing and drops no code, as STEP alone looks at these. Slots from
 * `counted` on are of the same paths for nodes that count their runs; a run that is then left to the handler counts twice.
 */
export function emitLoop(context: EmitContext, paths: readonly (readonly Statement[])[], counted: number): string {
  const variables = new Set<string>();
  const cases = paths.map((path, slot) => `case ${slot}:{${new FastPathEmitter(context, variables).path(path)}}`);
  const declaration = variables.size === 0 ? '' : `let ${[...variables].map((name) => `${name}=0`).join(',')};`;
  const count = `if(n>=${counted}){const h=i.heat+i.weight;if(h>=i.due)break F;i.heat=h;n-=${counted};}`;
  const step = `i=${context.cell('STEP')}(i,e);`;
  return `function interpreter_loop(i,e){${declaration}L:while(i!==null&&i!==e){F:{let n=i.slot;${count}switch(n){\n${cases.join('\n')}\n}}${step}}return i;}`;
}

/** `break F` leaves an instruction to its handler, `continue L` goes on at the next one. */
class FastPathEmitter extends HandlerEmitter {
  /** Of all paths, which share them: V8 gives each declaration a place of its own in each of the many nested frames. */
  private readonly variables: Set<string>;

  constructor(context: EmitContext, variables: Set<string>) {
    super(context);
    this.variables = variables;
  }

  path(statements: readonly Statement[]): string {
    const jumps = nested(statements).some((s) => goesTo(s, 'target'));
    return (jumps ? this.rare(`${this.context.word(Word.attention)}!==0`) : '') + this.body(statements);
  }

  protected override rare(condition: string): string {
    return `if(${condition})break F;`;
  }

  protected override define(name: string, value: string): string {
    this.variables.add(name);
    return `${name}=${value};`;
  }

  protected override go(node: string): string {
    return `i=${node};continue L;`;
  }

  /** Whether it is asked for attention has been looked at in front. */
  protected override leaveIfAsked(): string {
    return '';
  }

  protected override load(result: string, { name, index, isHit, place }: CheckedAccess): string {
    return this.define(name, index) + this.rare(`!(${isHit})`) + this.define(result, place);
  }

  protected override store(value: string, { name, index, isHit, place }: CheckedAccess): string {
    return `${this.define(name, index)}${this.rare(`!(${isHit})`)}${place}=${value};`;
  }
}

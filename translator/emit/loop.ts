import { helpers, usualKinds } from '../abi/helpers.ts';
import { OPERATION_MASK, Operation, RETURN_RECORD, WEIGHT_SHIFT } from '../abi/record.ts';
import { Word } from '../abi/state.ts';
import { type IndirectKind, statementOperation } from '../ir/operations.ts';
import type { Statement, StatementOp } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import { lookUpTarget } from './branch-targets.ts';
import type { LoopContext } from './context.ts';
import { type CheckedAccess, HandlerEmitter, isRecorded, nextRecord } from './handler.ts';

const forTheRuntime: ReadonlySet<StatementOp> = new Set(['trap', 'escape', 'x87']);
const transfers: ReadonlySet<StatementOp> = new Set(['jump', 'branch', 'exitIf']);

/** The text of a fast path, for all instructions that it does the work of, and the variables that it assigns. */
export interface FastPath {
  readonly text: string;
  readonly variables: ReadonlySet<string>;
}

/** The next instruction's kind: one that is only run after this one, or the first of a block, which counts its runs. */
export type Following = 'sequence' | 'block';

/** The fast path of a handler; null if it has none. */
export function emitFastPath(
  context: LoopContext,
  statements: readonly Statement[],
  following: Following,
): FastPath | null {
  if (!isFast(statements)) return null;
  const variables = new Set<string>();
  return { text: new FastPathEmitter(context, variables, following).path(statements), variables };
}

/**
 * Whether a handler has a fast path: nothing in it is for the runtime, what may miss comes before the first change, so that it
 * can give up, all that it needs is in a record, and it does not go to itself, as repeated instructions do. Flags of MXCSR that a
 * helper has set before a path gives up are set once more by the handler.
 */
function isFast(statements: readonly Statement[]): boolean {
  const all = nested(statements);
  if (!all.flatMap(fieldsOf).every(isRecorded)) return false;
  let hasChanged = false;
  for (const s of all) {
    const { mayFault, changes = false } = statementOperation(s);
    if (forTheRuntime.has(s.op) || asksRuntime(s) || (hasChanged && mayFault) || goesTo(s, 'eip')) return false;
    hasChanged ||= changes;
  }
  return true;
}

function asksRuntime({ op, args }: Statement): boolean {
  if (op !== 'let' || args[0].op !== 'call') return false;
  return usualKinds.has(helpers[args[0].name].kind);
}

function nested(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((s) => [s, ...nested(s.body ?? [])]);
}

/** Whether control may go to what a field of the instruction tells. */
function goesTo(s: Statement, field: 'eip' | 'target'): boolean {
  return transfers.has(s.op) && s.args.some((v) => v.name === field);
}

/** Fields of an instruction that a statement's values are made of, without targets of control and arguments of traps. */
function fieldsOf(s: Statement): string[] {
  const isPlace = (v: Value) => transfers.has(s.op) && v.op === 'field';
  const values = s.op === 'fallback' ? s.args.slice(0, 1) : s.args;
  return values.filter((v) => !isPlace(v)).flatMap(fieldsIn);
}

function fieldsIn(value: Value): string[] {
  const parts = [value.a, value.b, value.c].filter((part) => part !== null);
  return value.op === 'field' ? [value.name] : parts.flatMap(fieldsIn);
}

/**
 * Prints the interpreter's loop for one state key, `(f, e) => record`: runs code from record `f` on until control comes to the
 * record `e`, or leaves (0). V8 is told that records are 32-bit integers: it would box each that it goes to.
 *
 * The fast paths of the most frequent instructions are in it, found by comparing. All other operations, and what a fast path gives
 * up (TLB misses, faults, a request for attention), are functions of the record in one array. So the loop is small and the same for
 * every guest, V8 compiles it soon, and no slow path is in it: V8 would throw all of the loop's code away when one first ran.
 * An entry heats where control comes to it by a transfer, or from a function; one that is due gets another operation.
 * There is one loop, not a sequence's in that of transfers: V8 compiles what runs long from the loop that it is in, and each way out of
 * an inner one then leaves compiled code, thousands of times.
 */
export function emitLoop(context: LoopContext, paths: readonly FastPath[]): string {
  const variables = new Set(paths.flatMap((path) => [...path.variables]));
  const declaration = [...variables].map((name) => `,${name}=0`).join('');
  const texts = [redirectPath(context), gatePath(context), ...paths.map(({ text }) => text)];
  const operation = context.table('OPERATION', 'record');
  const chosen = `if((n-${Operation.redirect}>>>0)<${texts.length}){${emitChoice(texts, Operation.redirect)}}`;
  const heat = context.table('HEAT', 'record');
  const arrive = `if(record===x)return record;h=${heat}+(${operation}>>>${WEIGHT_SHIFT})|0;${heat}=h;if(h>=0)${operation}=${Operation.due};`;
  const run = `n=${operation}&${OPERATION_MASK};T:{F:{N:{${chosen}break F;}record=${nextRecord};continue L;}record=H[n](record)|0;if(record===0)return 0;}${arrive}`;
  const body = count(context) + run;
  const loop = `L:for(;;){${context.constants(body)}${body}}`;
  const handlers = `H=${context.cell('HANDLERS')}[${context.key}]`;
  return `function interpreter_loop(f,e){let record=f|0,h=0,n=0${declaration};const x=e|0,${handlers};{${context.constants(arrive)}${arrive}}${loop}}`;
}

/** Where instructions are counted, takes one from the budget, or leaves in front of it. */
function count(context: LoopContext): string {
  if (!context.budgeted) return '';
  const isOver = `${context.isUsedUp()}||${context.word(Word.attention)}!==0`;
  return `if(${isOver})return ${context.cell('LEAVE')}(record);${context.takeOne()}`;
}

/**
 * A redirection is no instruction, as a gate is none: neither takes anything from the budget. One that leads to another one leads where
 * that leads from now on: code that is rewritten again and again makes a chain of them.
 */
function redirectPath(context: LoopContext): string {
  const [target, next] = [context.table('TAKEN', 'record'), context.table('TAKEN', 'h')];
  const shorten = `if((${context.table('OPERATION', 'h')}&${OPERATION_MASK})===${Operation.redirect})${target}=${next};`;
  return `${context.budgeted ? context.giveBack(1) : ''}h=${target};${shorten}record=h;break T;`;
}

/** A gate: goes on where it leads if that is still mapped there. Code without a jump that wraps comes by nothing else that asks. */
function gatePath(context: LoopContext): string {
  const isMapped = `${context.mappedAt(context.table('LINEAR_PAGE', 'record'))}===${context.table('PAGE_ID', 'record')}`;
  const isOpen = context.budgeted ? isMapped : `${context.calm()}&&${isMapped}`;
  const giveBack = context.budgeted ? context.giveBack(1) : '';
  return `if(${isOpen}){${giveBack}record=${context.table('TAKEN', 'record')};break T;}break F;`;
}

/**
 * Runs the text of operation `n`, one of consecutive ones from `first` on; no text comes to its end. They are found by a tree of
 * comparisons: a host's processor remembers many more of these than of jumps by a table (docs/measurements/interpreter.md).
 */
function emitChoice(texts: readonly string[], first: number): string {
  if (texts.length === 1) return `{${texts[0]}}\n`;
  const middle = texts.length >>> 1;
  const [low, high] = [emitChoice(texts.slice(0, middle), first), emitChoice(texts.slice(middle), first + middle)];
  return `if(n<${first + middle})${low}else ${high}`;
}

/**
 * `break F` leaves an instruction to its handler, `break N` goes on at the one after it, `break T` comes to `record` by a transfer.
 */
class FastPathEmitter extends HandlerEmitter {
  /** All paths of a loop share them: V8 gives each declaration a place of its own in each of the many nested frames. */
  readonly #variables: Set<string>;

  readonly #following: Following;

  declare protected readonly context: LoopContext;

  constructor(context: LoopContext, variables: Set<string>, following: Following) {
    super(context);
    this.#variables = variables;
    this.#following = following;
  }

  path(statements: readonly Statement[]): string {
    const jumps = nested(statements).some((s) => goesTo(s, 'target')) && !this.context.budgeted;
    const polled = jumps ? this.rare(this.context.asked()) : '';
    return polled + this.text(statements);
  }

  protected override rare(condition: string): string {
    return `if(${condition})break F;`;
  }

  protected override define(name: string, value: string): string {
    this.#variables.add(name);
    return `${name}=${value};`;
  }

  protected override follow(record: string): string {
    return `record=${record};break T;`;
  }

  protected override goOn(): string {
    return this.#following === 'block' ? this.follow(nextRecord) : 'break N;';
  }

  /**
   * Goes to an EIP if the branch target buffer knows where that is. Where it does not, an instruction that has changed nothing yet,
   * such as a jump, is left to its handler; a return has changed something.
   */
  protected override goTo(eip: string, kind: IndirectKind): string {
    const { context } = this;
    const target = lookUpTarget(context, eip, 'k');
    const known = target === null ? '' : `let ${target.index}if(${target.isKnown}){record=${target.record};break T;}`;
    if (kind !== 'jump') return `${known}${context.word(Word.eip)}=${eip};record=${RETURN_RECORD};continue L;`;
    const notes = context.table('NOTES', 'record');
    return `if(${notes}<=0){${known}}break F;`;
  }

  /** Whether it is asked for attention has been looked at in front. */
  protected override leaveIfAsked(): string {
    return '';
  }

  protected override load(result: string, load: string, { name, index, isHit }: CheckedAccess): string {
    return this.define(name, index) + this.rare(`!(${isHit})`) + this.define(result, load);
  }

  protected override store(store: string, { name, index, isHit }: CheckedAccess): string {
    return `${this.define(name, index)}${this.rare(`!(${isHit})`)}${store}`;
  }
}

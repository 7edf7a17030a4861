import { helpers, usualKinds } from '../abi/helpers.ts';
import { RETURN_RECORD, type RecordView, SLOT_MASK, Slot, WEIGHT_SHIFT } from '../abi/record.ts';
import { Word } from '../abi/state.ts';
import { type IndirectKind, statementOperation } from '../ir/operations.ts';
import type { Statement, StatementOp } from '../ir/statement.ts';
import type { FieldName, Value } from '../ir/value.ts';
import { packed } from '../x86/instruction.ts';
import { lookUpTarget } from './branch-targets.ts';
import type { LoopContext } from './context.ts';
import { type CheckedAccess, HandlerEmitter, unpackText } from './handler.ts';
import { type Case, emitPathChoice } from './path-choice.ts';

const forTheRuntime: ReadonlySet<StatementOp> = new Set(['trap', 'escape', 'x87']);
const transfers: ReadonlySet<StatementOp> = new Set(['jump', 'branch', 'exitIf']);

/** Number of fast paths that are found by comparing. Measured with bench/: see docs/measurements/interpreter.md. */
const FREQUENT = 16;

/** Fields that are words of a record by themselves, and their views. */
const recorded: Partial<Record<string, RecordView>> = {
  displacement: 'DISPLACEMENT',
  immediate: 'IMMEDIATE',
  nextEip: 'NEXT_EIP',
} satisfies Partial<Record<FieldName, RecordView>>;

/** The text of a fast path, for all instructions that it does the work of, and the variables that it assigns. */
export interface FastPath {
  readonly text: string;
  readonly variables: ReadonlySet<string>;
}

/** A fast path in a loop. */
export interface LoopPath {
  readonly path: FastPath;
  /** How often it is met, in any unit. */
  readonly weight: number;
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
 * can give up, all that it needs is in a record, and it does not go to itself, as repeated instructions do: they are left
 * between any two elements. Nor has one with an attempt: a rehearsal could not bring about that it is made. Flags of MXCSR
 * that a helper has set before a path gives up are set once more by the handler.
 */
function isFast(statements: readonly Statement[]): boolean {
  const all = nested(statements);
  if (all.flatMap(fieldsOf).some((name) => !(name in packed) && !(name in recorded))) return false;
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
 * The fast paths of handlers are in it, by the slot of a record (abi/record.ts). What they don't do
 * (code that is not decoded, TLB misses, faults, a request for attention) is left to STEP, which runs handlers. So no slow path is in
 * the loop: V8 would throw all of it away when one first ran. A fast path throws nothing and drops no code, as STEP alone looks at
 * these. An entry heats where control comes to it by a transfer, not in sequence; one that is due has no fast path until somebody
 * has looked at it, and one that is left to its handler heats twice.
 * STEPS are two functions in an array: one that V8 knows it would put into the loop, and throw all of it away for what that does first.
 * There is one loop, not a sequence's in that of transfers: V8 compiles what runs long from the loop that it is in, and each way out of
 * an inner one then leaves compiled code, thousands of times.
 */
export function emitLoop(context: LoopContext, paths: readonly LoopPath[]): string {
  const variables = new Set(paths.flatMap(({ path }) => [...path.variables]));
  const cases = paths.map(({ path, weight }, n) => ({ slot: Slot.first + n, text: path.text, weight }));
  const declaration = [...variables].map((name) => `,${name}=0`).join('');
  const others = [...transferCases(context), ...cases.slice(FREQUENT)];
  const slot = context.table('SLOT', 'r');
  const run = `const n=${slot}&${SLOT_MASK};${emitPathChoice(cases.slice(0, FREQUENT), others)}`;
  const heat = context.table('HEAT', 'r');
  const arrive = `if(r===x)return r;h=${heat}+(${slot}>>>${WEIGHT_SHIFT})|0;if(h<0)${heat}=h;else ${slot}=${Slot.none};`;
  const body = `T:{F:{N:{${run}break F;}r=${context.table('NEXT', 'r')};continue L;}r=s(r,x)|0;if(r===0)return 0;}${arrive}`;
  const loop = `L:for(;;){${context.constants(body)}${body}}`;
  const step = `s=${context.cell('STEPS')}[x===0?0:1]`;
  return `function interpreter_loop(f,e){let r=f|0,h=0${declaration};const x=e|0,${step};{${context.constants(arrive)}${arrive}}${loop}}`;
}

/** The cases that every loop has: gates, and the end of a translation that returns. */
function transferCases(context: LoopContext): Case[] {
  const returned = `const t=${context.word(Word.eip)};${toTarget(context, 't')}break F;`;
  return [
    { slot: Slot.gate, text: gatePath(context), weight: 0 },
    { slot: Slot.returned, text: returned, weight: 0 },
  ];
}

/** A gate: goes on where it leads if that is still mapped there. Code without a jump that wraps comes by nothing else that asks. */
function gatePath(context: LoopContext): string {
  const isMapped = `${context.mappedAt(context.table('LINEAR_PAGE', 'r'))}===${context.table('PAGE_ID', 'r')}`;
  return `if(${context.calm()}&&${isMapped}){r=${context.table('TAKEN', 'r')};break T;}break F;`;
}

/** Goes to an EIP, which is a name, if the branch target buffer knows where that is. */
function toTarget(context: LoopContext, eip: string): string {
  const target = lookUpTarget(context, eip, 'k');
  return target === null ? '' : `let ${target.index}if(${target.isKnown}){r=${target.record};break T;}`;
}

/**
 * `break F` leaves an instruction to its handler, `break N` goes on at the one after it, `break T` comes to record `r` by a transfer.
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
    const jumps = nested(statements).some((s) => goesTo(s, 'target'));
    const polled = jumps ? this.rare(this.context.asked()) : '';
    // Read once: V8 does not know that writing registers leaves it alone.
    const operands = nested(statements)
      .flatMap(fieldsOf)
      .some((name) => name in packed);
    return polled + (operands ? this.define('o', this.context.table('OPERANDS', 'r')) : '') + this.body(statements);
  }

  override field(name: string): string {
    if (name in packed) return unpackText('o', name);
    return this.context.table(recorded[name]!, 'r');
  }

  protected override rare(condition: string): string {
    return `if(${condition})break F;`;
  }

  protected override define(name: string, value: string): string {
    this.#variables.add(name);
    return `${name}=${value};`;
  }

  protected override follow(link: 'next' | 'taken'): string {
    return `r=${this.context.table(link === 'next' ? 'NEXT' : 'TAKEN', 'r')};break T;`;
  }

  protected override goOn(): string {
    if (this.#following === 'block') return this.follow('next');
    return 'break N;';
  }

  /** Gates have a path of their own. */
  protected override across(): string {
    return this.follow('taken');
  }

  /**
   * Goes to an EIP. Where the target is not known, an instruction that has changed nothing yet, such as a jump, is left to its
   * handler; a return has changed something.
   */
  protected override goTo(eip: string, kind: IndirectKind): string {
    const { context } = this;
    const known = toTarget(context, eip);
    if (kind !== 'jump') return `${known}${context.word(Word.eip)}=${eip};r=${RETURN_RECORD};break F;`;
    const notes = context.table('NOTES', 'r');
    return `if(${notes}>0)${notes}=${notes}-1;else{${known}}break F;`;
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

import { type HelperKind, helpers } from '../abi/helpers.ts';
import {
  definedKind,
  isTerminator,
  type StatementOperation,
  statementOperation,
  valueOperation,
} from './operations.ts';
import { printStatements, printValue } from './print.ts';
import { readsFlags, standsAlone } from './rewrite.ts';
import { type Block, type Region, type Statement, windowOffset } from './statement.ts';
import { codeFields, type FieldName, isName, type Value } from './value.ts';

/** IR that breaks a rule of verify.ts; the message shows the statement. */
export class IrError extends Error {
  override readonly name = 'IrError';
  /** The block that it is in, where blocks are verified. */
  block: Block | null = null;
}

/**
 * Checks a region as lifted or optimised. Throws IrError. What passes and emitters rely on:
 * - every temporary is defined once in the region, and used only after its definition, in the same block and not
 *   outside of the conditional body that defines it;
 * - operations have the arguments, sizes, variants and kinds of their tables (operations.ts, abi/helpers.ts);
 * - what is printed twice or later than where it stands is a name: a temporary, a constant or an EIP;
 * - operands are bound: no fields, words constant and direct targets EIPs;
 * - a block ends with its only terminator, and its `instruction` statements are those it lists;
 * - instructions are precise: see Precision.
 */
export function verifyRegion(region: Region): void {
  const eips = region.blocks.map((block) => block.eip);
  if (new Set(eips).size < eips.length) throw new IrError(`blocks with the same EIP: ${eips}`);
  const defined = new Set<number>();
  for (const block of region.blocks) verifyStatements(block, defined);
}

/** Checks one block like `verifyRegion`. */
export function verifyBlock(block: Block): void {
  verifyStatements(block, new Set());
}

/** Checks the IR of a form with symbolic operands (handler.ts): fields are allowed, a terminator is not needed. */
export function verifyHandler(statements: readonly Statement[]): void {
  new Verifier(symbolic, new Set()).statements(statements, new Set());
}

function verifyStatements(block: Block, defined: Set<number>): void {
  try {
    verifyParts(block, defined);
  } catch (error) {
    if (error instanceof IrError) error.block = block;
    throw error;
  }
}

function verifyParts(block: Block, defined: Set<number>): void {
  const { statements, instructions } = block;
  const last = statements.at(-1);
  if (!last || !isTerminator(last)) throw new IrError(`block 0x${hex(block.eip)} has no terminator`);
  const found = statements.filter((s) => s.op === 'instruction').map((s) => s.args[0].number);
  if (`${found}` !== `${instructions}`)
    throw new IrError(`block 0x${hex(block.eip)} holds other instructions: ${found}`);
  new Verifier(real, defined).statements(statements, new Set());
}

const hex = (eip: number): string => (eip >>> 0).toString(16);

/** The operands that a binding time allows. */
interface Binding {
  readonly fields: ReadonlySet<string>;
  isWord(v: Value): boolean;
  isTarget(v: Value): boolean;
}

const real: Binding = { fields: new Set(), isWord: (v) => v.op === 'constant', isTarget: (v) => v.op === 'eip' };

const fields: Record<FieldName, true> = {
  eip: true,
  nextEip: true,
  target: true,
  rm: true,
  reg: true,
  base: true,
  index: true,
  scale: true,
  displacement: true,
  immediate: true,
  immediate2: true,
  segment: true,
};

const symbolic: Binding = {
  fields: new Set(Object.keys(fields)),
  isWord: () => true,
  isTarget: (v) => v.op === 'field' && codeFields.has(v.name),
};

/** Sizes of statements that have none. */
const sizeless: ReadonlySet<number> = new Set([0]);

class Verifier {
  readonly #binding: Binding;
  /** Temporaries defined anywhere so far. */
  readonly #defined: Set<number>;
  /** Temporaries that are doubles. */
  readonly #doubles = new Set<number>();
  readonly #precision = new Precision();

  constructor(binding: Binding, defined: Set<number>) {
    this.#binding = binding;
    this.#defined = defined;
  }

  /** `visible`: the temporaries that may be used; definitions are added to it. */
  statements(statements: readonly Statement[], visible: Set<number>): void {
    for (const s of statements) {
      const row = statementOperation(s);
      this.#shape(s, row);
      for (const v of s.args) this.#value(s, v, visible);
      this.#arguments(s, row);
      this.#precision.note(s);
      if (s.body !== null) this.#body(s.body, visible);
      if (isTerminator(s) && !isLast(s, statements)) throw error('a terminator is not the last statement', s);
      if (s.temporary < 0) continue;
      if (this.#defined.has(s.temporary)) throw error('defined twice', s);
      this.#defined.add(s.temporary);
      if (definedKind(s) === 'real') this.#doubles.add(s.temporary);
      visible.add(s.temporary);
    }
  }

  #body(body: readonly Statement[], visible: ReadonlySet<number>): void {
    for (const s of body) {
      if (isTerminator(s) || s.op === 'instruction') throw error('not allowed in a conditional body', s);
    }
    this.statements(body, new Set(visible));
  }

  #shape(s: Statement, { args, sizes, variants }: StatementOperation): void {
    if (variants && !variants.known.has(variants.of(s))) throw error(`${s.op} has no kind "${variants.of(s)}"`, s);
    const count = typeof args === 'number' ? args : args(s);
    if (s.args.length !== count) throw error(`${s.args.length} arguments instead of ${count}`, s);
    const allowed = typeof sizes === 'function' ? sizes(s) : sizes;
    if (!(allowed ?? sizeless).has(s.size)) throw error(`${s.op} has no size ${s.size}`, s);
    if (s.temporary >= 0 !== (definedKind(s) !== null)) throw error('a temporary too many or too few', s);
    if ((s.body !== null) !== (s.op === 'when')) throw error('a body too many or too few', s);
  }

  #arguments(s: Statement, { kindOf, word, named, targets, flagless }: StatementOperation): void {
    const binding = this.#binding;
    if (word && !binding.isWord(s.args[0])) throw error('the word is not constant', s);
    if (!pick(s, targets).every(binding.isTarget)) throw error('a target is not a known EIP', s);
    if (flagless && readsFlags(s)) throw error('an argument reads flags', s);
    if (!pick(s, named).every(isName)) throw error('an argument is not a name', s);
    const isWanted = (v: Value, place: number) => v.kind === (kindOf?.(s, place) ?? 'integer');
    if (!s.args.every(isWanted)) throw error('an argument of another kind', s);
  }

  #temporary(s: Statement, v: Value, visible: ReadonlySet<number>): void {
    if (!visible.has(v.number)) throw error(`t${v.number} is not defined here`, s);
    if ((v.kind === 'real') !== this.#doubles.has(v.number)) throw error(`t${v.number} is of another kind`, s);
  }

  #value(s: Statement, v: Value, visible: ReadonlySet<number>): void {
    const operands = [v.a, v.b, v.c].filter((operand) => operand !== null);
    if (v.op === 'call' && helperKind(v) !== 'pure' && helperKind(v) !== 'sticky' && !isAlone(s, v))
      throw error(`"${v.name}" is not pure`, s);
    if (operands.length !== operandsOf(v)) throw error(`${v.op} with ${operands.length} operands`, s);
    for (const [place, operand] of operands.entries()) {
      this.#value(s, operand, visible);
      if (!isWanted(v, place, operand)) throw error(`an operand of ${v.op} is of another kind`, s);
    }
    if ((v.op === 'constant' || v.op === 'eip') && v.number !== (v.number | 0))
      throw error('a number of more than 32 bits', s);
    if (v.op === 'condition' && (v.number & ~15) !== 0) throw error('no such condition', s);
    if (v.op === 'field' && !this.#binding.fields.has(v.name)) throw error(`no field "${v.name}" here`, s);
    if (v.op === 'temporary') this.#temporary(s, v, visible);
  }
}

/** How many operands a value must have. */
function operandsOf(v: Value): number {
  return v.op === 'call' ? helpers[v.name]?.arguments : valueOperation(v.op).takes.length;
}

/** Whether the operand at a place of a value is of the right kind. */
function isWanted(v: Value, place: number, operand: Value): boolean {
  const wanted = valueOperation(v.op).takes[place];
  return v.op === 'call' || operand.kind === (wanted === 'own' ? v.kind : wanted);
}

function helperKind(v: Value): HelperKind | undefined {
  return v.op === 'call' ? helpers[v.name]?.kind : undefined;
}

/** Whether the value is a call that stands alone, and does so. */
function isAlone(s: Statement, v: Value): boolean {
  return s.op === 'let' && v === s.args[0] && standsAlone(v);
}

/** The arguments at some places, as far as the statement has them. */
function pick(s: Statement, places: readonly number[] = []): Value[] {
  return places.flatMap((n) => s.args[n] ?? []);
}

/**
 * An instruction that leaves before itself is run again from its start, so nothing may fault after its first
 * change of the state; a store may, if it has been probed before. An attempt that was refused has changed nothing: the
 * `fallback` that follows it may leave.
 */
class Precision {
  #changed: Statement | null = null;
  /** An attempt whose result nothing has looked at yet. */
  #attempt: Statement | null = null;
  /** Whether other cases than the usual one of the instruction were left to a trap. */
  #isUsual = false;
  readonly #probed = new Set<string>();

  note(s: Statement): void {
    const isProbed = s.op === 'store' && this.#changed?.op === 'store' && this.#probed.has(access(s));
    const { mayFault, changes } = statementOperation(s);
    const faults = mayFault && windowOffset(s) === undefined;
    const hasChanged = this.#changed || (this.#attempt && s.op !== 'fallback');
    if (hasChanged && faults && !isProbed) throw error('may fault after a change of the state', s);
    if (s.op === 'fallback') this.#isUsual = true;
    if (s.op === 'instruction') this.#start();
    else if (s.op === 'probe') this.#probed.add(access(s));
    else if (changes) this.#changed = isProbed ? this.#changed : s;
    else if (s.op === 'fallback' && this.#attempt) this.#changed = this.#attempt;
    else if (s.op === 'let') this.#noteCall(s);
  }

  #noteCall(s: Statement): void {
    const kind = helperKind(s.args[0]);
    if (kind === 'change' && !this.#isUsual) throw error('nothing was left to a trap before', s);
    if (kind === 'block' || kind === 'change') this.#changed = s;
    else if (kind === 'attempt') this.#attempt = s;
  }

  #start(): void {
    this.#changed = null;
    this.#attempt = null;
    this.#isUsual = false;
    this.#probed.clear();
  }
}

function access(s: Statement): string {
  return `${s.size} ${printValue(s.args[0])}`;
}

function error(what: string, s: Statement): IrError {
  return new IrError(`${what}: ${text(s)}`);
}

/** As IR text, if it is well-formed enough for that. */
function text(s: Statement): string {
  try {
    return printStatements([s]).trim();
  } catch {
    return `a malformed ${s.op}`;
  }
}

/** But for the `resume` after a trap. */
function isLast(s: Statement, statements: readonly Statement[]): boolean {
  const [before, last] = statements.slice(-2);
  return (
    s === last ||
    statements.length === 1 ||
    (s === before && s.op === 'trap' && last.op === 'jump' && last.kind === 'resume')
  );
}

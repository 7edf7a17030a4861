import { PAGE_BYTES } from '../../abi/page.ts';
import { RECORD_SHIFT } from '../../abi/record.ts';
import { Word } from '../../abi/state.ts';
import { helpers, type HelperDeclaration, type HelperName, usualKinds } from '../../abi/helpers.ts';
import { constant, field, IrBuilder, temporary } from '../../ir/builder.ts';
import { Key } from '../../abi/key.ts';
import { resolveCondition } from '../../ir/conditions.ts';
import { callsSticky } from '../../ir/rewrite.ts';
import { definedKind, isTerminator, partialFlagKinds, statementOperation } from '../../ir/operations.ts';
import { define, type FlagsStatement, make, withArguments, type MemoryStatement, type Statement, windowOffset } from '../../ir/statement.ts';
import type { FieldName, Value } from '../../ir/value.ts';
import { OperandBuilder } from '../../lift/builder.ts';
import { type Instruction, packed } from '../../x86/instruction.ts';
import type { Form } from '../../x86/table/form.ts';
import type { EmitContext, EmitOptions, TlbName } from '../context.ts';
import { readModifyWrites } from '../read-modify-write.ts';
import { ByteWriter } from './bytes.ts';
import { WasmExpressions } from './expression.ts';
import { conditionValue, FLAG_CARRIES, FLAG_RESULT, flagWords } from './flags.ts';
import { doubleAt, ENTRY_SHIFT, segmentPlaces, tableAt, type WasmLayout, wordAt } from './layout.ts';
import { Op, Type } from './opcodes.ts';
import { type LocalType, typeOf } from './code.ts';

/** What is put into code when it is copied or linked. */
export type DenseHole =
  | { readonly at: number; readonly kind: 'field'; readonly name: FieldName }
  | { readonly at: number; readonly kind: 'word'; readonly name: FieldName; readonly scale: number }
  | { readonly at: number; readonly kind: 'record' }
  | { readonly at: number; readonly kind: 'nextEip' }
  | { readonly at: number; readonly kind: 'local'; readonly type: LocalType; readonly number: number }
  | { readonly at: number; readonly kind: 'function'; readonly name: string };

export type Ending = 'next' | 'jump' | 'branch' | 'call' | 'indirect call' | 'indirect jump' | 'return' | 'away' | 'run';

/** Code for all instructions of a form, shape and key, with operands left out. */
export interface Pattern {
  readonly bytes: Uint8Array;
  readonly holes: readonly DenseHole[];
  readonly ending: Ending;
  readonly i32: number;
  readonly f64: number;
  /** What it does with the flags. */
  readonly readsFlags: boolean;
  readonly setsFlags: boolean;
  readonly mayLeave: boolean;
  /** The flags that it has set last, and the locals of what they are of. */
  readonly last: FlagsStatement | null;
  readonly names: ReadonlyMap<string, number>;
}

const NOTHING = new Uint8Array(0);
export const plain = (ending: Ending): Pattern => ({ bytes: NOTHING, holes: [], ending, i32: 0, f64: 0, readsFlags: true, setsFlags: false, mayLeave: true, last: null, names: new Map() });

const recordedFields = new Set<string>(['displacement', 'immediate', 'nextEip']);
const forTheRuntime = new Set<string>(['trap', 'escape', 'x87', 'exitIf']);
const transfers = new Set<string>(['jump', 'branch']);

function nested(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((s) => [s, ...nested(s.body ?? [])]);
}
function leavesIn(v: Value): Value[] {
  const parts = [v.a, v.b, v.c].filter((part) => part !== null) as Value[];
  return parts.length === 0 ? [v] : v.op === 'call' ? [v, ...parts.flatMap(leavesIn)] : parts.flatMap(leavesIn);
}
function goesTo(s: Statement, name: string): boolean {
  return transfers.has(s.op) && s.args.some((v) => v.name === name);
}
function callsReal(s: Statement): boolean {
  const check = (v: Value): boolean => {
    if (v.op === 'call') {
      const d: HelperDeclaration = helpers[v.name as HelperName];
      if (d.isDouble || d.kind === 'sticky' || d.kind === 'block' || usualKinds.has(d.kind)) return true;
    }
    return [v.a, v.b, v.c].some((part) => part !== null && check(part));
  };
  return s.args.some(check) || (s.body?.some(callsReal) ?? false);
}

/** What an instruction becomes that has no pattern: its handler runs in place, or the function is left in front of it. */
function fallbackEnding(statements: readonly Statement[]): Ending {
  const last = statements.at(-1);
  if (last === undefined) return 'run';
  if (last.op === 'trap') return (helpers[last.helper] as HelperDeclaration).resumes ? 'run' : 'away';
  if (nested(statements).some((s) => goesTo(s, 'eip'))) return 'run';
  if (nested(statements).some((s) => s.op === 'exitIf')) return 'away';
  return isTerminator(last) && last.op !== 'jump' ? 'away' : 'run';
}

/** Static facts about an instruction's address, which leave things out of its pattern. */
export interface AddressFacts {
  readonly base: boolean;
  readonly index: boolean;
  readonly scale: number;
  readonly displacement: boolean;
}

/** `keeps`: locals are needed by what comes next; `after`: the pattern whose flags it tests. */
export interface PatternOptions {
  readonly flags: boolean;
  readonly keeps: boolean;
  readonly after: Pattern | null;
}

export function makePattern(
  { form, shape }: Pick<Instruction, 'form' | 'shape'>,
  facts: AddressFacts,
  context: EmitContext,
  layout: WasmLayout,
  options: PatternOptions,
): Pattern {
  const ir = new IrBuilder();
  const bind = (name: FieldName): Value => {
    if (name === 'base' && !facts.base) return constant(Word.zero);
    if (name === 'index' && !facts.index) return constant(Word.zero);
    if (name === 'scale') return constant(facts.scale);
    if (name === 'displacement' && !facts.displacement) return constant(0);
    return field(name);
  };
  (form as Form).lift(new OperandBuilder(ir, form, shape, context.key, bind));
  const { statements } = ir;
  if (!isDense(statements)) return plain(fallbackEnding(statements));
  const pattern = new PatternWriter(context, layout, statements, options).write();
  return pattern.i32 > FunctionWriter.I32 ? plain(fallbackEnding(statements)) : pattern;
}

function isDense(statements: readonly Statement[]): boolean {
  let hasChanged = false;
  for (const s of nested(statements)) {
    const { mayFault, changes = false } = statementOperation(s);
    if (forTheRuntime.has(s.op) || callsSticky(s) || callsReal(s)) return false;
    if (hasChanged && mayFault) return false;
    if (goesTo(s, 'eip')) return false;
    if (s.op === 'indirect' && s.kind === 'comeBack') return false;
    hasChanged ||= changes;
    const values = transfers.has(s.op) ? s.args.filter((v) => v.op !== 'field') : s.op === 'fallback' ? s.args.slice(0, 1) : s.args;
    for (const v of values.flatMap(leavesIn)) {
      if (v.op === 'field' && !(v.name in packed) && !recordedFields.has(v.name)) return false;
    }
  }
  const inside = statements.flatMap((s) => nested(s.body ?? []));
  return !inside.some((s) => isTerminator(s));
}

/** Experiments: letters of what is left out or done in another way. */
export const X = new Set(process.env.X ?? '');

const HEAD = 512;

/** Bytes with holes. */
export class DenseWriter {
  readonly bytes = new ByteWriter(HEAD);
  readonly holes: DenseHole[] = [];
  i32 = 0;
  f64 = 0;
  readonly names = new Map<string, number>();

  op(...ops: number[]): void {
    for (const op of ops) this.bytes.byte(op);
  }
  constant(value: number): void {
    this.bytes.byte(Op.constant32);
    this.bytes.signed(value);
  }
  private numberOf(name: string, type: LocalType): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const number = type === 'i32' ? this.i32++ : this.f64++;
    this.names.set(name, number);
    return number;
  }
  private local(op: number, name: string, type: LocalType): void {
    this.bytes.byte(op);
    this.holes.push({ at: this.bytes.hole(), kind: 'local', type, number: this.numberOf(name, type) });
  }
  get(name: string, type: LocalType = 'i32'): void {
    this.local(Op.localGet, name, type);
  }
  set(name: string, type: LocalType = 'i32'): void {
    this.local(Op.localSet, name, type);
  }
  tee(name: string, type: LocalType = 'i32'): void {
    this.local(Op.localTee, name, type);
  }
  access(op: number, offset: number, alignment = 0): void {
    this.bytes.byte(op);
    this.bytes.unsigned(alignment);
    this.bytes.unsigned(offset);
  }
  loadAt(offset: number): void {
    this.constant(0);
    this.access(Op.load32, offset, 2);
  }
  fieldConstant(name: FieldName): void {
    this.bytes.byte(Op.constant32);
    this.holes.push({ at: this.bytes.hole(), kind: 'field', name });
  }
  wordAccess(op: number, name: FieldName, alignment: number, scale: number): void {
    this.bytes.byte(op);
    this.bytes.unsigned(alignment);
    this.holes.push({ at: this.bytes.hole(), kind: 'word', name, scale });
  }
  nextEip(): void {
    this.constant(0);
    this.bytes.byte(Op.load32);
    this.bytes.unsigned(2);
    this.holes.push({ at: this.bytes.hole(), kind: 'nextEip' });
  }
  record(): void {
    this.bytes.byte(Op.constant32);
    this.holes.push({ at: this.bytes.hole(), kind: 'record' });
  }
  call(name: string, op: number = Op.call): void {
    this.bytes.byte(op);
    this.holes.push({ at: this.bytes.hole(), kind: 'function', name });
  }
}

function temporariesIn(v: Value): number[] {
  if (v.op === 'temporary') return [v.number];
  return [v.a, v.b, v.c].flatMap((part) => (part === null ? [] : temporariesIn(part)));
}

function readsFlagsIn(v: Value): boolean {
  return v.op === 'condition' || v.op === 'flags' || [v.a, v.b, v.c].some((part) => part !== null && readsFlagsIn(part));
}

function factsOf(statements: readonly Statement[]): { readsFlags: boolean; setsFlags: boolean; mayLeave: boolean } {
  const all = nested(statements);
  const inner = statements.flatMap((s) => nested(s.body ?? []));
  return {
    readsFlags: all.some((s) => s.args.some(readsFlagsIn) || (s.op === 'flags' && partialFlagKinds.has(s.kind))) || inner.some((s) => s.op === 'flags'),
    setsFlags: statements.some((s) => s.op === 'flags' && !partialFlagKinds.has(s.kind)),
    mayLeave: all.some((s) => statementOperation(s).mayFault),
  };
}

/** Nobody sees the flags. */
function withoutFlags(statements: readonly Statement[]): Statement[] {
  return statements.filter((s) => s.op !== 'flags');
}

function hasField(v: Value): boolean {
  return v.op === 'field' || [v.a, v.b, v.c].some((part) => part !== null && hasField(part));
}

/** Operands of the instruction that its flags are of become temporaries: what tests them next has other operands. */
function withKeptOperands(statements: readonly Statement[]): Statement[] {
  let next = 1 + Math.max(-1, ...nested(statements).map((s) => s.temporary));
  return statements.flatMap((s) => {
    if (s.op !== 'flags' || !s.args.some(hasField)) return [s];
    const lets: Statement[] = [];
    const args = s.args.map((v) => {
      if (!hasField(v)) return v;
      lets.push(define(next, make.let(v)));
      return temporary(next++);
    });
    return [...lets, withArguments(s, args)];
  });
}

/** Without values that nobody uses. */
function cleaned(statements: readonly Statement[]): Statement[] {
  const used = new Set(nested(statements).flatMap((s) => s.args).flatMap(temporariesIn));
  const left = statements.filter((s) => (s.op !== 'let' && s.op !== 'get') || used.has(s.temporary));
  return left.length === statements.length ? left : cleaned(left);
}

class PatternWriter {
  private readonly code = new DenseWriter();
  private readonly print: WasmExpressions;
  private readonly context: EmitContext;
  private readonly layout: WasmLayout;
  private readonly statements: readonly Statement[];
  private readonly shared: ReadonlySet<Statement>;
  private ending: Ending = 'next';

  private readonly uses = new Map<number, number>();
  private readonly later = new Map<number, Statement>();
  private readonly options: PatternOptions;
  private last: FlagsStatement | null = null;
  private readonly facts: Pick<Pattern, 'readsFlags' | 'setsFlags' | 'mayLeave'>;

  constructor(context: EmitContext, layout: WasmLayout, statements: readonly Statement[], options: PatternOptions) {
    this.context = context;
    this.layout = layout;
    this.options = options;
    this.facts = factsOf(statements);
    this.statements = cleaned(options.keeps ? withKeptOperands(statements) : options.flags ? statements : withoutFlags(statements));
    this.shared = readModifyWrites(this.statements);
    for (const v of nested(this.statements).flatMap((s) => s.args).flatMap(temporariesIn)) this.uses.set(v, (this.uses.get(v) ?? 0) + 1);
    const { code } = this;
    for (const [name, number] of options.after?.names ?? []) code.names.set(name, number);
    code.i32 = options.after?.i32 ?? 0;
    code.f64 = options.after?.f64 ?? 0;
    this.print = new WasmExpressions(code as never, {
      address: () => {
        throw new Error('no addresses in patterns');
      },
      temporary: (number) => `t${number}`,
      parameter: (number) => this.inline(number),
      field: (name) => (name === 'nextEip' ? code.nextEip() : code.fieldConstant(name)),
      flagWord: (word) => code.loadAt(wordAt(word)),
      condition: (number) => this.condition(number),
    });
  }

  private condition(number: number): void {
    const { after } = this.options;
    const resolved = after?.last ? resolveCondition(number, [after.last]) : null;
    if (resolved) {
      this.print.value(resolved);
      return;
    }
    const half = number >> 1;
    if ([3, 5, 6, 7].includes(half)) {
      this.code.call(`cond${half}`);
      if (number & 1) this.code.op(Op.eqz);
    } else this.print.value(conditionValue(number));
  }

  write(): Pattern {
    const all = this.statements;
    for (let n = 0; n < all.length; n++) {
      n += this.stack(all, n);
      if (n >= all.length) break;
      const s = all[n];
      if (this.canWait(s, all, n)) this.later.set(s.temporary, s);
      else this.statement(s);
    }
    const { code, ending, options } = this;
    if (!options.keeps && !X.has('z')) {
      for (const [name, number] of code.names) {
        void number;
        if (this.nameTypes.get(name) === 'f64') continue;
        code.constant(0);
        code.set(name);
      }
    }
    const { last, facts } = this;
    return { bytes: code.bytes.finish(), holes: code.holes, ending, i32: code.i32, f64: code.f64, ...facts, last, names: code.names };
  }

  /** A temporary that is used once, soon: it is made where it is used. */
  private canWait(s: Statement, all: readonly Statement[], at: number): boolean {
    if (s.temporary < 0 || this.uses.get(s.temporary) !== 1) return false;
    if (s.op !== 'get' && s.op !== 'let' && s.op !== 'load') return false;
    if (definedKind(s) !== 'integer') return false;
    if (this.options.keeps && all.some((one) => one.op === 'flags' && one.args.flatMap(temporariesIn).includes(s.temporary))) return false;
    for (let n = at + 1; n < all.length; n++) {
      const next = all[n];
      if (next.args.flatMap(temporariesIn).includes(s.temporary)) {
        if (next.op === 'when' || next.op === 'window') return false;
        // A store finds its place before its value.
        return s.op !== 'load' || next.op !== 'store' || true;
      }
      if (next.op === 'get' || next.op === 'let') continue;
      if (s.op !== 'load' && (next.op === 'load' || next.op === 'segment')) continue;
      return false;
    }
    return false;
  }

  private inline(number: number): boolean {
    const s = this.later.get(number);
    if (s === undefined) return false;
    this.later.delete(number);
    const { inlining } = this;
    this.inlining = s.temporary;
    this.statement(s);
    this.inlining = inlining;
    return true;
  }
  private inlining = -1;
  private readonly nameTypes = new Map<string, LocalType>();

  /** PUSH and POP: how many statements they are. */
  private stack(all: readonly Statement[], at: number): number {
    const [a, b, c, d, e] = all.slice(at, at + 5);
    const { code, print } = this;
    if ((this.context.key & (Key.flat | Key.stack32)) !== (Key.flat | Key.stack32)) return 0;
    const isEsp = (s?: Statement) => s?.op === 'get' && s.view === 'integer' && s.args[0].op === 'constant' && s.args[0].number === Word.esp;
    const isMoved = (s: Statement | undefined, from: Statement, by: number) => s?.op === 'let' && s.args[0].op === 'add' && s.args[0].a!.op === 'temporary' && s.args[0].a!.number === from.temporary && s.args[0].b!.op === 'constant' && s.args[0].b!.number === by;
    const setsEsp = (s: Statement | undefined, to: Statement) => s?.op === 'set' && s.args[0].op === 'constant' && s.args[0].number === Word.esp && s.args[1].op === 'temporary' && s.args[1].number === to.temporary;
    const isAt = (s: Statement | undefined, address: Statement) => s?.args[0]?.op === 'temporary' && s.args[0].number === address.temporary;
    if (!isEsp(a)) return 0;
    if (isMoved(b, a, -4) && c?.op === 'store' && c.size === 4 && isAt(c, b) && setsEsp(d, b) && this.uses.get(a.temporary) === 1 && this.uses.get(b.temporary) === 2) {
      print.value(c.args[1]);
      code.record();
      code.call(`push${this.user()}`);
      return 4;
    }
    if (b?.op === 'load' && b.size === 4 && isAt(b, a) && isEsp(c) && isMoved(d, c, 4) && setsEsp(e, d) && this.uses.get(d.temporary) === 1) {
      code.record();
      code.call(`pop${this.user()}`);
      this.define(b);
      return 5;
    }
    return 0;
  }

  private define(s: Statement): void {
    if (this.inlining === s.temporary) return;
    const kind = definedKind(s)!;
    this.nameTypes.set(`t${s.temporary}`, typeOf[kind]);
    this.code.set(`t${s.temporary}`, typeOf[kind]);
  }

  private statement(s: Statement): void {
    const { code, print } = this;
    const [a, b] = s.args;
    switch (s.op) {
      case 'let':
        print.value(a);
        this.define(s);
        return;
      case 'get':
        this.state(s.view, a, 'load');
        this.define(s);
        return;
      case 'set':
        this.state(s.view, a, 'store', b);
        return;
      case 'load':
      case 'store':
      case 'probe':
        this.access(s);
        return;
      case 'window': {
        const isRead = s.access === 'read';
        print.value(a);
        code.constant(s.size);
        code.record();
        code.call(`window${isRead ? 'Read' : 'Write'}${this.user()}`);
        this.define(s);
        return;
      }
      case 'segment':
        print.value(s.args[0]);
        print.value(s.args[1]);
        code.constant(s.size - 1);
        code.record();
        code.call(s.access === 'write' ? 'segmentWrite' : 'segmentRead');
        this.define(s);
        return;
      case 'flags':
        this.flags(s);
        return;
      case 'when':
        print.value(a);
        code.op(Op.if, Type.none);
        for (const inner of s.body!) this.statement(inner);
        code.op(Op.end);
        return;
      case 'fault':
      case 'fallback':
        print.value(a);
        code.op(Op.if, Type.none);
        code.record();
        code.call('miss');
        code.op(Op.end);
        return;
      case 'jump':
        this.ending = a.name === 'nextEip' ? 'next' : s.kind === 'call' ? 'call' : 'jump';
        return;
      case 'branch':
        print.value(a);
        this.ending = 'branch';
        return;
      case 'indirect':
        print.value(a);
        this.ending = s.kind === 'call' ? 'indirect call' : s.kind === 'jump' ? 'indirect jump' : 'return';
        return;
      default:
        throw new Error(`no pattern for ${s.op}`);
    }
  }

  private user(): string {
    return this.context.readTlb === 'RU' ? 'U' : 'S';
  }

  private access(s: MemoryStatement): void {
    const { code, print, layout } = this;
    const offset = windowOffset(s);
    if (offset !== undefined) {
      print.value(s.args[0]);
      if (s.op === 'load') {
        code.access(loads[s.view === 'integer' ? s.size : s.view], layout.ram + offset);
        if (s.view === 'single') code.op(Op.fromSingle);
        this.define(s);
        return;
      }
      print.value(s.args[1]);
      if (s.view === 'single') code.op(Op.toSingle);
      code.access(stores[s.view === 'integer' ? s.size : s.view], layout.ram + offset);
      return;
    }
    print.value(s.args[0]);
    if (s.view !== 'integer') {
      code.constant(s.size);
      code.record();
      code.call(`window${s.op === 'load' ? 'Read' : 'Write'}${this.user()}`);
      if (s.op === 'load') {
        code.access(loads[s.view], layout.ram);
        if (s.view === 'single') code.op(Op.fromSingle);
        this.define(s);
      } else if (s.op === 'store') {
        print.value(s.args[1]);
        if (s.view === 'single') code.op(Op.toSingle);
        code.access(stores[s.view], layout.ram);
      } else code.op(Op.drop);
      return;
    }
    if (s.op === 'load') {
      code.record();
      code.call(`${this.shared.has(s) ? 'modify' : 'load'}${s.size}${this.user()}`);
      this.define(s);
      return;
    }
    if (s.op === 'probe') {
      code.record();
      code.call(`modify${s.size}${this.user()}`);
      code.op(Op.drop);
      return;
    }
    print.value(s.args[1]);
    code.record();
    code.call(`store${s.size}${this.user()}`);
  }

  private state(view: string, word: Value, what: 'load' | 'store', value?: Value): void {
    const { code, print } = this;
    const isLoad = what === 'load';
    const [op, alignment, scale] =
      view === 'integer'
        ? [isLoad ? Op.load32 : Op.store32, 2, 4]
        : view === 'double'
          ? [isLoad ? Op.loadDouble : Op.storeDouble, 3, 8]
          : [isLoad ? Op.loadSingle : Op.storeSingle, 2, 4];
    const isField = word.op === 'field';
    const isConstant = word.op === 'constant';
    if (isField || isConstant) code.constant(0);
    else {
      print.value(word);
      code.constant(scale === 8 ? 3 : 2);
      code.op(Op.shl);
    }
    if (!isLoad) {
      print.value(value!);
      if (view === 'single') code.op(Op.toSingle);
    }
    if (isField) code.wordAccess(op, word.name as FieldName, alignment, scale);
    else code.access(op, isConstant ? (scale === 8 ? doubleAt(word.number) : wordAt(word.number)) : 0, alignment);
    if (isLoad && view === 'single') code.op(Op.fromSingle);
  }

  private flags(s: FlagsStatement): void {
    const { code, print } = this;
    this.last = partialFlagKinds.has(s.kind) ? null : s;
    if (!this.options.flags) return;
    if (s.kind === 'logic' && s.size === 4) {
      this.storeFlag(Word.flagResult, s.args[0]);
      this.storeFlag(Word.flagCarries, constant(0));
      return;
    }
    for (const v of s.args) print.value(v);
    code.call(`flags ${s.kind} ${s.size}`);
  }

  private storeFlag(word: number, v: Value): void {
    this.code.constant(0);
    this.print.value(v);
    this.code.access(Op.store32, wordAt(word), 2);
  }
}

const loads: Readonly<Record<string, number>> = { 1: Op.load8, 2: Op.load16, 4: Op.load32, double: Op.loadDouble, single: Op.loadSingle };
const stores: Readonly<Record<string, number>> = { 1: Op.store8, 2: Op.store16, 4: Op.store32, double: Op.storeDouble, single: Op.storeSingle };

/** Functions of the runtime. [parameters, results] */
export const denseImports: Readonly<Record<string, readonly [number, number]>> = {
  interp: [3, 1],
  run: [1, 0],
  miss: [1, 0],
  leaveAt: [2, 1],
  eipOf: [1, 1],
  tail: [1, 1],
  passGate: [1, 1],
  tailGate: [1, 1],
  fillRead: [2, 1],
  fillWrite: [2, 1],
};

/** A function's parts: bytes, and what is known only in a module. */
export type Part =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly calls: readonly { readonly at: number; readonly name: string }[] }
  /** A call of the function that begins at a record; `gate`: by that, or 0. */
  | { readonly kind: 'call'; readonly target: number; readonly gate: number; readonly record: number; readonly isFixed: boolean };

/** A guest function. */
export interface DenseFunction {
  readonly number: number;
  readonly locals: Uint8Array;
  readonly parts: readonly Part[];
  readonly bytes: number;
}

interface Body {
  readonly name: string;
  readonly type: readonly [number, number];
  readonly write: (out: ByteWriter, indexOf: (name: string) => number) => void;
}

export interface DenseTarget {
  readonly layout: WasmLayout;
  readonly options: EmitOptions;
  readonly pages: number;
  readonly isShared: boolean;
  /** Where words of functions are, 1: dropped. */
  readonly dropped: number;
  nextEip?: (record: number) => number;
  gateOf?: (gate: number, view: 'TAKEN' | 'LINEAR_PAGE' | 'PAGE_ID') => number;
}

/** A function that a module has for its guest functions: written with named locals. */
class Routine {
  readonly code = new DenseWriter();
  private readonly parameters: readonly string[];
  constructor(parameters: readonly string[]) {
    this.parameters = parameters;
  }
  /** Bytes with locals resolved: parameters come first, by name p0… */
  body(name: string, results: number): Body {
    const { code } = this;
    const bytes = code.bytes.finish();
    const parameters = this.parameters.length;
    return {
      name,
      type: [parameters, results],
      write: (out, indexOf) => {
        const local = new ByteWriter(bytes.length + 64);
        local.unsigned(code.i32 > 0 ? 1 : 0);
        if (code.i32 > 0) {
          local.unsigned(code.i32);
          local.byte(Type.i32);
        }
        const start = local.length;
        local.append(bytes);
        local.byte(Op.end);
        const all = local.finish();
        for (const hole of code.holes) {
          if (hole.kind === 'local') patchNumber(all, start + hole.at, hole.number + parameters);
          else if (hole.kind === 'function') patchNumber(all, start + hole.at, indexOf(hole.name));
        }
        out.unsigned(all.length);
        out.append(all);
      },
    };
  }
  parameter(n: number): void {
    this.code.bytes.byte(Op.localGet);
    this.code.bytes.unsigned(n);
  }
  setParameter(n: number): void {
    this.code.bytes.byte(Op.localSet);
    this.code.bytes.unsigned(n);
  }
}

export function patchNumber(bytes: Uint8Array, at: number, value: number): void {
  // Five bytes, signed or unsigned.
  let rest = value | 0;
  for (let n = 0; n < 4; n++) {
    bytes[at + n] = (rest & 0x7f) | 0x80;
    rest >>= 7;
  }
  bytes[at + 4] = rest & 0x7f;
}
export function patchUnsigned(bytes: Uint8Array, at: number, value: number): void {
  let rest = value >>> 0;
  for (let n = 0; n < 4; n++) {
    bytes[at + n] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at + 4] = rest & 0x7f;
}

function accessRoutine(target: DenseTarget, op: 'load' | 'modify' | 'store', size: number, user: 'U' | 'S'): Body {
  const { layout } = target;
  const isStore = op === 'store';
  const isRead = op === 'load';
  const r = new Routine(isStore ? ['a', 'v', 'r'] : ['a', 'r']);
  const { code } = r;
  const tlb = tableAt(layout, `${isRead ? 'R' : 'W'}${user}` as TlbName);
  find(r, tlb, layout, () => code.constant(size), size, isRead, isStore ? 2 : 1);
  if (isStore) {
    code.get('k');
    r.parameter(1);
    code.access(stores[size], layout.ram);
  } else {
    code.get('k');
    code.access(loads[size], layout.ram);
  }
  return r.body(`${op}${size}${user}`, isStore ? 0 : 1);
}

/** Makes local k the index of what is at parameter 0, or leaves by `miss`. */
function find(r: Routine, tlb: number, layout: WasmLayout, size: () => void, known: number, isRead: boolean, record: number): void {
  const { code } = r;
  code.op(Op.block, Type.none, Op.block, Type.none);
  r.parameter(0);
  r.parameter(0);
  code.constant(12);
  code.op(Op.shr);
  code.constant(2);
  code.op(Op.shl);
  code.access(Op.load32, tlb, 2);
  code.constant(2);
  code.op(Op.shl, Op.xor);
  code.tee('k');
  code.constant(layout.ramBytes);
  if (known === 1) {
    code.op(Op.ltu, Op.brIf, 1);
  } else {
    code.op(Op.geu, Op.brIf, 0);
    r.parameter(0);
    code.constant(PAGE_BYTES - 1);
    code.op(Op.and);
    code.constant(PAGE_BYTES);
    size();
    code.op(Op.sub, Op.leu, Op.brIf, 1);
  }
  code.op(Op.end);
  r.parameter(0);
  size();
  code.call(isRead ? 'fillRead' : 'fillWrite');
  code.tee('k');
  code.constant(0);
  code.op(Op.ge, Op.brIf, 0);
  r.parameter(record);
  code.call('miss');
  code.op(Op.unreachable, Op.end);
}

function pushRoutine({ layout }: DenseTarget, user: 'U' | 'S'): Body {
  const r = new Routine(['v', 'r']);
  const { code } = r;
  code.constant(0);
  code.loadAt(wordAt(Word.esp));
  code.constant(4);
  code.op(Op.sub);
  code.tee('a');
  r.parameter(0);
  r.parameter(1);
  code.call(`store4${user}`);
  code.get('a');
  code.access(Op.store32, wordAt(Word.esp), 2);
  void layout;
  return r.body(`push${user}`, 0);
}

function popRoutine(user: 'U' | 'S'): Body {
  const r = new Routine(['r']);
  const { code } = r;
  code.loadAt(wordAt(Word.esp));
  code.tee('a');
  r.parameter(0);
  code.call(`load4${user}`);
  code.constant(0);
  code.get('a');
  code.constant(4);
  code.op(Op.add);
  code.access(Op.store32, wordAt(Word.esp), 2);
  return r.body(`pop${user}`, 1);
}

function windowRoutine(target: DenseTarget, isRead: boolean, user: 'U' | 'S'): Body {
  const r = new Routine(['a', 'size', 'r']);
  const tlb = tableAt(target.layout, `${isRead ? 'R' : 'W'}${user}` as TlbName);
  find(r, tlb, target.layout, () => r.parameter(1), 0, isRead, 2);
  r.code.get('k');
  return r.body(`window${isRead ? 'Read' : 'Write'}${user}`, 1);
}

function segmentRoutine(isWrite: boolean): Body {
  // (segment, offset, size - 1, record) → linear
  const r = new Routine(['s', 'o', 'n', 'r']);
  const { code } = r;
  r.parameter(1);
  r.parameter(0);
  code.constant(2);
  code.op(Op.shl);
  code.access(Op.load32, segmentPlaces.low(0), 2);
  code.op(Op.sub, Op.doubleUnsigned);
  r.parameter(2);
  code.op(Op.double, Op.fadd);
  r.parameter(0);
  code.constant(3);
  code.op(Op.shl);
  code.access(Op.loadDouble, segmentPlaces.span(0, isWrite ? 'write' : 'read'), 3);
  code.op(Op.fgt, Op.if, Type.none);
  r.parameter(3);
  code.call('miss');
  code.op(Op.end);
  r.parameter(0);
  code.constant(2);
  code.op(Op.shl);
  code.access(Op.load32, segmentPlaces.base(0), 2);
  r.parameter(1);
  code.op(Op.add);
  return r.body(isWrite ? 'segmentWrite' : 'segmentRead', 1);
}

function expressions(r: Routine): WasmExpressions {
  const { code } = r;
  return new WasmExpressions(code as never, {
    address: () => {},
    temporary: (n) => `t${n}`,
    parameter: (n) => (n <= -10 ? (r.parameter(-10 - n), true) : false),
    field: () => {},
    flagWord: (word) => code.loadAt(wordAt(word)),
    condition: (n) => expressions(r).value(conditionValue(n)),
  });
}

function flagsRoutine(name: string): Body {
  const [, kind, size] = name.split(' ');
  const counts: Record<string, number> = { add: 3, adc: 3, sub: 3, sbb: 3, logic: 1, inc: 1, dec: 1, other: 4, compare: 3, carry: 1, carryOverflow: 2, zero: 1, all: 1 };
  const count = counts[kind];
  const parameters = Array.from({ length: count }, (_, n) => temporary(-10 - n));
  const s = make.flags(kind as never, Number(size), parameters);
  const { result, carries } = flagWords(s);
  const r = new Routine(parameters.map((_, n) => `p${n}`));
  const print = expressions(r);
  const { code } = r;
  if (result) {
    print.value(result);
    code.set('newResult');
  }
  if (carries) {
    code.constant(0);
    print.value(carries);
    code.access(Op.store32, wordAt(Word.flagCarries), 2);
  }
  if (result) {
    code.constant(0);
    code.get('newResult');
    code.access(Op.store32, wordAt(Word.flagResult), 2);
  }
  return r.body(name, 0);
}

function conditionRoutine(name: string): Body {
  const half = Number(name.slice(4));
  const r = new Routine([]);
  expressions(r).value(conditionValue(half << 1));
  return r.body(name, 1);
}

function gateRoutine({ layout }: DenseTarget): Body {
  // (gate) → the record it leads to, or 0
  const r = new Routine(['g']);
  const { code } = r;
  const of = (view: 'TAKEN' | 'PAGE_ID' | 'LINEAR_PAGE') => {
    r.parameter(0);
    code.constant(2);
    code.op(Op.shl);
    code.access(Op.load32, tableAt(layout, view), 2);
  };
  of('LINEAR_PAGE');
  code.constant(2);
  code.op(Op.shl);
  code.access(Op.load32, tableAt(layout, 'CT'), 2);
  of('PAGE_ID');
  code.op(Op.eq, Op.if, Type.none);
  of('TAKEN');
  code.op(Op.return, Op.end);
  code.constant(0);
  return r.body('gate', 1);
}

/** `entries`: by record slot | pc << 16. The record is on the stack; ends by a tail call if there is one. */
function enterIf(r: Routine, layout: WasmLayout, depth: () => void): void {
  const { code } = r;
  code.constant(ENTRY_SHIFT);
  code.op(Op.shr);
  code.access(Op.load32, layout.entries, 2);
  code.tee('entry');
  code.op(Op.if, Type.none);
  code.get('entry');
  code.constant(16);
  code.op(Op.shr);
  depth();
  code.get('entry');
  code.constant(0xffff);
  code.op(Op.and);
  code.op(Op.returnCallIndirect);
  code.bytes.unsigned(typeIndex([2, 1]));
  code.bytes.byte(0);
  code.op(Op.end);
}

function toRecordRoutine({ layout }: DenseTarget, isCall: boolean): Body {
  // (record, depth[, calling record]) → EIP
  const r = new Routine(isCall ? ['t', 'd', 'r'] : ['t', 'd']);
  const { code } = r;
  r.parameter(0);
  enterIf(r, layout, () => r.parameter(1));
  r.parameter(0);
  end(r, isCall ? 'eipOf' : 'tail', isCall);
  return r.body(isCall ? 'callRecord' : 'toRecord', 1);
}

/** The place that is not translated is on the stack: its EIP by a function of the runtime. */
function end({ code }: Routine, eip: string | null, isCall: boolean): void {
  if (!isCall) {
    if (eip !== null) code.call(eip, Op.returnCall);
    return;
  }
  if (eip !== null) code.call(eip);
  code.op(Op.localGet, 2, Op.localGet, 1);
  code.call('interp', Op.returnCall);
}

function toGateRoutine({ layout }: DenseTarget, isCall: boolean): Body {
  const r = new Routine(isCall ? ['g', 'd', 'r'] : ['g', 'd']);
  const { code } = r;
  r.parameter(0);
  code.call('gate');
  code.tee('record');
  code.op(Op.if, Type.none);
  code.get('record');
  enterIf(r, layout, () => r.parameter(1));
  code.op(Op.end);
  r.parameter(0);
  end(r, isCall ? 'passGate' : 'tailGate', isCall);
  return r.body(isCall ? 'callGate' : 'toGate', 1);
}

/** Puts on the stack whether the branch target buffer knows the EIP that `eip` gives; its entry is k. */
function lookUp(r: Routine, layout: WasmLayout, eip: () => void): void {
  const { code } = r;
  const of = (view: 'TARGET_RECORD' | 'TARGET_EIP' | 'TARGET_CONTEXT' | 'TARGET_PAGE') => {
    code.get('k');
    code.access(Op.load32, tableAt(layout, view), 2);
  };
  eip();
  eip();
  code.constant(12);
  code.op(Op.shr, Op.xor);
  code.constant(2);
  code.op(Op.shl);
  code.constant(TARGET_MASK);
  code.op(Op.and);
  code.constant(2);
  code.op(Op.shl);
  code.set('k');
  of('TARGET_EIP');
  eip();
  code.op(Op.eq);
  of('TARGET_CONTEXT');
  code.loadAt(wordAt(Word.codeContext));
  code.op(Op.eq, Op.and);
  of('TARGET_PAGE');
  eip();
  code.constant(12);
  code.op(Op.shr);
  code.constant(2);
  code.op(Op.shl);
  code.access(Op.load32, tableAt(layout, 'CT'), 2);
  code.op(Op.eq, Op.and);
}

function toEipRoutine({ layout }: DenseTarget, isCall: boolean): Body {
  // (eip, depth[, calling record]) → EIP
  const r = new Routine(isCall ? ['e', 'd', 'r'] : ['e', 'd']);
  const { code } = r;
  lookUp(r, layout, () => r.parameter(0));
  code.op(Op.if, Type.none);
  code.get('k');
  code.access(Op.load32, tableAt(layout, 'TARGET_RECORD'), 2);
  enterIf(r, layout, () => r.parameter(1));
  code.op(Op.end);
  r.parameter(0);
  end(r, null, isCall);
  return r.body(isCall ? 'callEip' : 'toEip', 1);
}

/** (EIP, expected EIP, depth) → EIP: a call has come to another place. Runs what is translated there, as one called by a return. */
function settleRoutine({ layout }: DenseTarget): Body {
  const r = new Routine(['e', 'x', 'd']);
  const { code } = r;
  code.op(Op.loop, Type.none);
  lookUp(r, layout, () => r.parameter(0));
  code.op(Op.if, Type.none);
  code.get('k');
  code.access(Op.load32, tableAt(layout, 'TARGET_RECORD'), 2);
  code.constant(ENTRY_SHIFT);
  code.op(Op.shr);
  code.access(Op.load32, layout.entries, 2);
  code.tee('entry');
  code.op(Op.if, Type.none);
  code.get('entry');
  code.constant(16);
  code.op(Op.shr);
  r.parameter(2);
  code.constant(1);
  code.op(Op.sub);
  code.get('entry');
  code.constant(0xffff);
  code.op(Op.and);
  code.op(Op.callIndirect);
  code.bytes.unsigned(typeIndex([2, 1]));
  code.bytes.byte(0);
  code.tee('now');
  r.parameter(0);
  code.op(Op.ne);
  code.get('now');
  r.parameter(1);
  code.op(Op.ne, Op.and);
  code.get('now');
  r.setParameter(0);
  code.op(Op.brIf, 2);
  code.op(Op.end, Op.end, Op.end);
  r.parameter(0);
  return r.body('settle', 1);
}

import { targetIndexText } from '../../abi/branch-targets.ts';

const TARGET_MASK = Number(/&(\d+)$/.exec(targetIndexText('eip'))![1]);

function routine(name: string, target: DenseTarget): Body {
  const access = /^(load|modify|store)([124])([US])$/.exec(name);
  if (access) return accessRoutine(target, access[1] as 'load', Number(access[2]), access[3] as 'U');
  const window = /^window(Read|Write)([US])$/.exec(name);
  if (window) return windowRoutine(target, window[1] === 'Read', window[2] as 'U');
  if (name === 'pushU' || name === 'pushS') return pushRoutine(target, name[4] as 'U');
  if (name === 'popU' || name === 'popS') return popRoutine(name[3] as 'U');
  if (name.startsWith('flags ')) return flagsRoutine(name);
  if (name.startsWith('cond')) return conditionRoutine(name);
  switch (name) {
    case 'segmentRead':
      return segmentRoutine(false);
    case 'segmentWrite':
      return segmentRoutine(true);
    case 'gate':
      return gateRoutine(target);
    case 'toRecord':
      return toRecordRoutine(target, false);
    case 'callRecord':
      return toRecordRoutine(target, true);
    case 'toGate':
      return toGateRoutine(target, false);
    case 'callGate':
      return toGateRoutine(target, true);
    case 'toEip':
      return toEipRoutine(target, false);
    case 'callEip':
      return toEipRoutine(target, true);
    case 'settle':
      return settleRoutine(target);
    case 'enter':
      return enterRoutine(target);
  }
  throw new Error(`no routine ${name}`);
}

/** (slot, pc, depth) → EIP: goes on in translations while there are some. */
function enterRoutine({ layout }: DenseTarget): Body {
  const r = new Routine(['s', 'p', 'd']);
  const { code } = r;
  r.parameter(1);
  r.parameter(2);
  r.parameter(0);
  code.op(Op.returnCallIndirect);
  code.bytes.unsigned(typeIndex([2, 1]));
  code.bytes.byte(0);
  void layout;
  return r.body('enter', 1);
}

const MOST = 4;
/** Types: [parameters 0..4] × [results 0..1]. */
function typeIndex([parameters, results]: readonly [number, number]): number {
  return parameters * 2 + results;
}

/** Writes the code of one function. */
export class FunctionWriter {
  readonly parts: Part[] = [];
  private bytes = new ByteWriter(4096);
  private calls: { at: number; name: string }[] = [];
  private length = 0;
  private i32 = 0;
  private f64 = 0;
  private readonly target: DenseTarget;
  private readonly number: number;
  private readonly blocks: number;
  private block = 0;
  /** The page has always been at this address. */
  private readonly isFixed: boolean;
  /** f64 locals come after the i32 ones, whose number is known at the end: so many at most. */
  static readonly I32 = 24;

  constructor(target: DenseTarget, number: number, blocks: number, group: number, isFixed: boolean) {
    this.target = target;
    this.isFixed = isFixed;
    this.number = number;
    this.blocks = blocks;
    const w = this.bytes;
    w.byte(Op.loop);
    w.byte(Type.none);
    // Below 0 where the functions of the page are dropped.
    this.constant(0);
    this.loadAt(target.dropped + 4 * group);
    w.byte(Op.localGet);
    w.unsigned(1);
    w.byte(Op.or);
    this.constant(31);
    w.byte(Op.shr);
    this.loadAt(wordAt(Word.attention));
    w.byte(Op.or);
    if (X.has('w')) w.byte(Op.drop);
    else {
    w.byte(Op.if);
    w.byte(Type.none);
    this.constant(number);
    w.byte(Op.localGet);
    w.unsigned(0);
    this.call('leaveAt');
    w.byte(Op.return);
    w.byte(Op.end);
    }
    for (let n = 0; n < blocks; n++) {
      w.byte(Op.block);
      w.byte(Type.none);
    }
    if (blocks > 1) {
      w.byte(Op.localGet);
      w.unsigned(0);
      if (X.has('t')) w.byte(Op.drop);
      else {
        w.byte(OP_BR_TABLE);
        w.unsigned(blocks - 1);
        for (let n = 0; n < blocks; n++) w.unsigned(n);
      }
    }
    w.byte(Op.end);
  }

  private constant(value: number): void {
    this.bytes.byte(Op.constant32);
    this.bytes.signed(value);
  }
  private loadAt(offset: number): void {
    this.constant(0);
    this.bytes.byte(Op.load32);
    this.bytes.unsigned(2);
    this.bytes.unsigned(offset);
  }
  private call(name: string, op: number = Op.call): void {
    this.bytes.byte(op);
    this.calls.push({ at: this.bytes.hole(), name });
  }
  private flush(): void {
    const bytes = this.bytes.finish();
    this.length += bytes.length;
    this.parts.push({ kind: 'bytes', bytes, calls: this.calls });
    this.bytes = new ByteWriter(1024);
    this.calls = [];
  }

  /** The next block begins. */
  nextBlock(): void {
    this.block++;
    this.bytes.byte(Op.end);
  }

  /** Copies a pattern for an instruction's record. */
  pattern({ bytes, holes, i32, f64 }: Pattern, record: number, operands: number, displacement: number, immediate: number): void {
    const w = this.bytes;
    const start = w.length;
    w.append(bytes);
    const out = w.raw;
    this.i32 = Math.max(this.i32, i32);
    this.f64 = Math.max(this.f64, f64);
    for (const hole of holes) {
      const at = start + hole.at;
      switch (hole.kind) {
        case 'local':
          patchUnsigned(out, at, 3 + (hole.type === 'i32' ? hole.number : FunctionWriter.I32 + hole.number));
          break;
        case 'field':
          patchNumber(out, at, fieldValue(hole.name, operands, displacement, immediate));
          break;
        case 'word':
          patchUnsigned(out, at, hole.scale * fieldValue(hole.name, operands, displacement, immediate));
          break;
        case 'record':
          patchNumber(out, at, record);
          break;
        case 'nextEip':
          if (this.isFixed) {
            // A constant in place of a load from address 0, and bytes that do nothing.
            out[at - 4] = Op.constant32;
            patchNumber(out, at - 3, this.target.nextEip!(record));
            out.fill(OP_NOP, at + 2, at + 5);
          } else patchUnsigned(out, at, tableAt(this.target.layout, 'NEXT_EIP') + 4 * record);
          break;
        case 'function':
          this.calls.push({ at, name: hole.name });
          break;
      }
    }
  }

  /** Runs an instruction's handler in place. */
  run(record: number): void {
    this.constant(record);
    this.call('run');
  }

  /** Counts a jump back; leaves when there were very many. */
  private count(block: number): void {
    const w = this.bytes;
    const counter = this.target.dropped + 4 * (GROUPS + this.number);
    this.constant(0);
    this.loadAt(counter);
    this.constant(1);
    w.byte(Op.sub);
    w.byte(Op.localTee);
    w.unsigned(2);
    w.byte(Op.store32);
    w.unsigned(2);
    w.unsigned(counter);
    w.byte(Op.localGet);
    w.unsigned(2);
    this.constant(31);
    w.byte(Op.shr);
    w.byte(Op.if);
    w.byte(Type.none);
    this.constant(this.number);
    this.constant(block);
    this.call('leaveAt');
    w.byte(Op.return);
    w.byte(Op.end);
  }

  /** Control goes to a block. */
  goTo(block: number): void {
    const w = this.bytes;
    if (block > this.block) {
      w.byte(Op.br);
      w.unsigned(block - this.block - 1);
      return;
    }
    this.count(block);
    this.constant(block);
    w.byte(Op.localSet);
    w.unsigned(0);
    w.byte(Op.br);
    w.unsigned(this.blocks - 1 - this.block);
  }

  /** The condition is on the stack. */
  goToIf(block: number): void {
    const w = this.bytes;
    if (block > this.block) {
      w.byte(Op.brIf);
      w.unsigned(block - this.block - 1);
      return;
    }
    w.byte(Op.if);
    w.byte(Type.none);
    this.count(block);
    this.constant(block);
    w.byte(Op.localSet);
    w.unsigned(0);
    w.byte(Op.br);
    w.unsigned(this.blocks - this.block);
    w.byte(Op.end);
  }

  openIf(): void {
    this.bytes.byte(Op.if);
    this.bytes.byte(Type.none);
  }
  end(): void {
    this.bytes.byte(Op.end);
  }

  /** Leaves to a record or gate, in place of this function. */
  exit(record: number, isGate: boolean): void {
    this.constant(record);
    this.bytes.byte(Op.localGet);
    this.bytes.unsigned(1);
    this.call(isGate ? 'toGate' : 'toRecord', Op.returnCall);
  }
  /** Leaves in front of an instruction. */
  away(record: number): void {
    this.constant(record);
    this.call('eipOf', Op.returnCall);
  }
  /** The value on the stack is the EIP to go to. */
  return(): void {
    this.bytes.byte(Op.return);
  }
  indirectJump(): void {
    this.bytes.byte(Op.localGet);
    this.bytes.unsigned(1);
    this.call('toEip', Op.returnCall);
  }

  /** Calls what begins at a record, or behind a gate; comes back after the instruction. */
  nestedCall(record: number, target: number, gate: number): void {
    this.flush();
    this.parts.push({ kind: 'call', target, gate, record, isFixed: this.isFixed });
    this.back(record);
  }
  indirectCall(record: number): void {
    this.bytes.byte(Op.localGet);
    this.bytes.unsigned(1);
    this.constant(1);
    this.bytes.byte(Op.sub);
    this.constant(record);
    this.call('callEip');
    this.back(record);
  }
  private back(record: number): void {
    const w = this.bytes;
    const place = tableAt(this.target.layout, 'NEXT_EIP') + 4 * record;
    const expect = () => (this.isFixed ? this.constant(this.target.nextEip!(record)) : this.loadAt(place));
    w.byte(Op.localTee);
    w.unsigned(2);
    expect();
    w.byte(Op.ne);
    w.byte(Op.if);
    w.byte(Type.none);
    w.byte(Op.localGet);
    w.unsigned(2);
    if (X.has('r')) {
      w.byte(Op.return);
      w.byte(Op.end);
      return;
    }
    expect();
    w.byte(Op.localGet);
    w.unsigned(1);
    this.call('settle');
    w.byte(Op.localTee);
    w.unsigned(2);
    expect();
    w.byte(Op.ne);
    w.byte(Op.if);
    w.byte(Type.none);
    w.byte(Op.localGet);
    w.unsigned(2);
    w.byte(Op.return);
    w.byte(Op.end);
    w.byte(Op.end);
  }

  finish(): DenseFunction {
    const w = this.bytes;
    w.byte(Op.unreachable);
    w.byte(Op.end);
    w.byte(Op.unreachable);
    w.byte(Op.end);
    this.flush();
    const locals = new ByteWriter(16);
    // r, then integers, then doubles.
    const integers = this.f64 > 0 ? FunctionWriter.I32 : this.i32;
    if (this.i32 > FunctionWriter.I32) throw new Error('too many temporaries');
    locals.unsigned(this.f64 > 0 ? 2 : 1);
    locals.unsigned(1 + integers);
    locals.byte(Type.i32);
    if (this.f64 > 0) {
      locals.unsigned(this.f64);
      locals.byte(Type.f64);
    }
    return { number: this.number, locals: locals.finish(), parts: this.parts, bytes: this.length };
  }
}

const OP_BR_TABLE = 0x0e;
const OP_NOP = 0x01;
/** Words of pages come first, then the functions' counters. */
export const GROUPS = 32_768;

function fieldValue(name: FieldName, operands: number, displacement: number, immediate: number): number {
  if (name === 'displacement') return displacement;
  if (name === 'immediate') return immediate;
  const { shift, mask } = packed[name as keyof typeof packed];
  return (operands >>> shift) & mask;
}

/** A module of functions. `slots`: by number of a function, its slot. `startsAt`: the number of the function in the module that begins at a record. */
export function denseModule(
  target: DenseTarget,
  functions: readonly DenseFunction[],
  slotOf: (number: number) => number,
  startsAt: ReadonlyMap<number, { readonly index: number; readonly block: number }>,
  exports: readonly string[] = [],
): Uint8Array {
  return new DenseModule(target, functions, slotOf, startsAt, exports).write();
}

class DenseModule {
  private readonly target: DenseTarget;
  private readonly functions: readonly DenseFunction[];
  private readonly slotOf: (number: number) => number;
  private readonly startsAt: ReadonlyMap<number, { readonly index: number; readonly block: number }>;
  private readonly exports: readonly string[];
  private readonly routines: Body[] = [];
  private readonly routineIndex = new Map<string, number>();
  private readonly imports: { name: string; type: readonly [number, number] }[] = [];
  private readonly importIndex = new Map<string, number>();

  constructor(
    target: DenseTarget,
    functions: readonly DenseFunction[],
    slotOf: (number: number) => number,
    startsAt: ReadonlyMap<number, { readonly index: number; readonly block: number }>,
    exports: readonly string[],
  ) {
    this.target = target;
    this.functions = functions;
    this.slotOf = slotOf;
    this.startsAt = startsAt;
    this.exports = exports;
    for (const [name, type] of Object.entries(denseImports)) this.addImport(name, type);
    for (const [name, { kind, arguments: count, isDouble }] of Object.entries(helpers) as [string, HelperDeclaration][]) {
      if (kind === 'pure' && !isDouble) this.addImport(name, [count, 1]);
    }
  }

  private addImport(name: string, type: readonly [number, number]): void {
    this.importIndex.set(name, this.imports.length);
    this.imports.push({ name, type });
  }

  /** Guest functions come after the imports; routines after them. */
  private readonly indexOf = (name: string): number => {
    const known = this.importIndex.get(name);
    if (known !== undefined) return known;
    let index = this.routineIndex.get(name);
    if (index === undefined) {
      index = this.routines.length;
      this.routineIndex.set(name, index);
      this.routines.push(routine(name, this.target));
    }
    return this.imports.length + this.functions.length + index;
  };

  write(): Uint8Array {
    const code: ByteWriter = new ByteWriter(this.functions.reduce((sum, { bytes }) => sum + bytes + 64, 8192));
    for (const name of this.exports) this.indexOf(name);
    this.functions.forEach((f) => this.writeFunction(code, f));
    for (let n = 0; n < this.routines.length; n++) this.routines[n].write(code, this.indexOf);
    const all = this.functions.length + this.routines.length;
    if (process.env.NAMES) console.error('NAMES', JSON.stringify(Object.fromEntries([...this.routineIndex].map(([k, v]) => [v + this.imports.length + this.functions.length, k]))));
    const out = new ByteWriter(code.length + 65_536);
    for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
    section(out, 1, (s) => {
      s.unsigned((MOST + 1) * 2);
      for (let p = 0; p <= MOST; p++) for (let r = 0; r < 2; r++) {
        s.byte(Type.function);
        s.unsigned(p);
        for (let n = 0; n < p; n++) s.byte(Type.i32);
        s.unsigned(r);
        if (r > 0) s.byte(Type.i32);
      }
    });
    section(out, 2, (s) => this.writeImports(s));
    section(out, 3, (s) => {
      s.unsigned(all);
      for (let n = 0; n < this.functions.length; n++) s.unsigned(typeIndex([2, 1]));
      for (const { type } of this.routines) s.unsigned(typeIndex(type));
    });
    if (this.exports.length > 0) section(out, 7, (s) => {
      s.unsigned(this.exports.length);
      for (const name of this.exports) {
        text(s, name);
        s.byte(0);
        s.unsigned(this.indexOf(name));
      }
    });
    section(out, 9, (s) => {
      s.unsigned(this.functions.length);
      this.functions.forEach(({ number }, n) => {
        s.unsigned(0);
        s.byte(Op.constant32);
        s.signed(this.slotOf(number));
        s.byte(Op.end);
        s.unsigned(1);
        s.unsigned(this.imports.length + n);
      });
    });
    const head = new ByteWriter(16);
    head.unsigned(all);
    out.byte(10);
    out.unsigned(head.length + code.length);
    out.append(head.written());
    out.append(code.written());
    return out.finish();
  }

  private writeImports(s: ByteWriter): void {
    s.unsigned(this.imports.length + 2);
    for (const { name, type } of this.imports) {
      text(s, 'env');
      text(s, name);
      s.byte(0);
      s.unsigned(typeIndex(type));
    }
    text(s, 'env');
    text(s, 'memory');
    s.byte(2);
    s.byte(this.target.isShared ? 3 : 1);
    s.unsigned(this.target.pages);
    s.unsigned(this.target.pages);
    text(s, 'env');
    text(s, 'table');
    s.byte(1);
    s.byte(Type.funcref);
    s.byte(0);
    s.unsigned(0);
  }

  private writeFunction(out: ByteWriter, { locals, parts, bytes }: DenseFunction): void {
    const body = new ByteWriter(bytes + parts.length * 48 + 64);
    body.append(locals);
    for (const part of parts) {
      if (part.kind === 'call') this.writeCall(body, part);
      else {
        const start = body.length;
        body.append(part.bytes);
        for (const { at, name } of part.calls) patchUnsigned(body.raw, start + at, this.indexOf(name));
      }
    }
    out.unsigned(body.length);
    out.append(body.written());
  }

  private writeCall(w: ByteWriter, { target: first, gate, record, isFixed }: Extract<Part, { kind: 'call' }>): void {
    // A gate may know by now where it leads to.
    const target = gate === 0 ? first : this.target.gateOf!(gate, 'TAKEN');
    const linearPage = gate === 0 ? 0 : this.target.gateOf!(gate, 'LINEAR_PAGE');
    const pageId = gate === 0 || !isFixed ? 0 : this.target.gateOf!(gate, 'PAGE_ID');
    const own = this.startsAt.get(target);
    const depth = () => {
      w.byte(Op.localGet);
      w.unsigned(1);
      w.byte(Op.constant32);
      w.signed(1);
      w.byte(Op.sub);
    };
    const generic = () => {
      w.byte(Op.constant32);
      w.signed(gate || target);
      depth();
      w.byte(Op.constant32);
      w.signed(record);
      w.byte(Op.call);
      w.unsigned(this.indexOf(gate ? 'callGate' : 'callRecord'));
    };
    if (own === undefined) {
      generic();
      return;
    }
    const direct = () => {
      w.byte(Op.constant32);
      w.signed(own.block);
      depth();
      w.byte(Op.call);
      w.unsigned(this.imports.length + own.index);
    };
    if (gate === 0) {
      direct();
      return;
    }
    w.byte(Op.constant32);
    if (pageId !== 0) {
      w.signed(0);
      w.byte(Op.load32);
      w.unsigned(2);
      w.unsigned(tableAt(this.target.layout, 'CT') + 4 * linearPage);
      w.byte(Op.constant32);
      w.signed(pageId);
    } else {
      w.signed(gate);
      w.byte(Op.call);
      w.unsigned(this.indexOf('gate'));
      w.byte(Op.constant32);
      w.signed(target);
    }
    w.byte(Op.eq);
    w.byte(Op.if);
    w.byte(Type.i32);
    direct();
    w.byte(Op.else);
    generic();
    w.byte(Op.end);
  }
}

function section(out: ByteWriter, id: number, write: (section: ByteWriter) => void): void {
  const s = new ByteWriter(4096);
  write(s);
  out.byte(id);
  out.unsigned(s.length);
  out.append(s.written());
}

function text(s: ByteWriter, name: string): void {
  s.unsigned(name.length);
  for (const character of name) s.byte(character.charCodeAt(0));
}

void RECORD_SHIFT;
void FLAG_RESULT;
void FLAG_CARRIES;

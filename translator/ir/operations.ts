import { type HelperName, helpers, type TrapName } from '../abi/helpers.ts';
import { PAGE_BYTES } from '../abi/page.ts';
import type { Statement, StatementOf, StatementOp, View, WindowParts } from './statement.ts';

/** Values are 32-bit integers or doubles. */
export type Kind = 'integer' | 'real';

/** An operation of values. */
export interface ValueOperation {
  /** Kinds of the operands; `own`: that of the value itself. */
  readonly takes: readonly (Kind | 'own')[];
  /** `boolean`: the integer 0 or 1. `own`: each value of the operation has a kind of its own. */
  readonly gives: Kind | 'boolean' | 'own';
  /** Sign of a binary operation in IR text: a trailing u marks unsigned comparisons, a dot doubles; >> is arithmetic. */
  readonly sign?: string;
  /** May be printed twice, or later than where it stands. */
  readonly isName?: boolean;
  /** Gives a boolean if its operands are booleans. */
  readonly isLogical?: boolean;
}

const integers = ['integer', 'integer'] as const;
const reals = ['real', 'real'] as const;

/**
 * Operations of values. Comparisons give 0 or 1; `shr` is logical, `sar` arithmetic; counts are modulo 32.
 * Kinds are converted by `double` (exact), `integer` (rounds towards zero, modulo 2^32) and `single` (rounds to a single,
 * which stays a double) alone. An `eip` is an address in the code: a number, but not a constant, as translated code may be moved.
 * What a `call` takes and gives is in abi/helpers.ts.
 */
const valueOperations = {
  constant: { takes: [], gives: 'integer', isName: true },
  eip: { takes: [], gives: 'integer', isName: true },
  temporary: { takes: [], gives: 'own', isName: true },
  field: { takes: [], gives: 'integer', isName: true },
  number: { takes: [], gives: 'real', isName: true },
  condition: { takes: [], gives: 'boolean' },
  flags: { takes: [], gives: 'integer' },
  call: { takes: [], gives: 'own' },
  select: { takes: ['integer', 'own', 'own'], gives: 'own' },

  add: { takes: integers, gives: 'integer', sign: '+' },
  sub: { takes: integers, gives: 'integer', sign: '-' },
  mul: { takes: integers, gives: 'integer', sign: '*' },
  and: { takes: integers, gives: 'integer', sign: '&', isLogical: true },
  or: { takes: integers, gives: 'integer', sign: '|', isLogical: true },
  xor: { takes: integers, gives: 'integer', sign: '^', isLogical: true },
  shl: { takes: integers, gives: 'integer', sign: '<<' },
  shr: { takes: integers, gives: 'integer', sign: '>>>' },
  sar: { takes: integers, gives: 'integer', sign: '>>' },
  eq: { takes: integers, gives: 'boolean', sign: '==' },
  ne: { takes: integers, gives: 'boolean', sign: '!=' },
  lt: { takes: integers, gives: 'boolean', sign: '<' },
  le: { takes: integers, gives: 'boolean', sign: '<=' },
  ltu: { takes: integers, gives: 'boolean', sign: '<u' },
  leu: { takes: integers, gives: 'boolean', sign: '<=u' },

  fadd: { takes: reals, gives: 'real', sign: '+.' },
  fsub: { takes: reals, gives: 'real', sign: '-.' },
  fmul: { takes: reals, gives: 'real', sign: '*.' },
  fdiv: { takes: reals, gives: 'real', sign: '/.' },
  feq: { takes: reals, gives: 'boolean', sign: '==.' },
  flt: { takes: reals, gives: 'boolean', sign: '<.' },
  fle: { takes: reals, gives: 'boolean', sign: '<=.' },
  fsqrt: { takes: ['real'], gives: 'real' },
  fabs: { takes: ['real'], gives: 'real' },
  fneg: { takes: ['real'], gives: 'real' },
  double: { takes: ['integer'], gives: 'real' },
  integer: { takes: ['real'], gives: 'integer' },
  single: { takes: ['real'], gives: 'real' },
} as const satisfies Record<string, ValueOperation>;

export type ValueOp = keyof typeof valueOperations;

/** All rows have the same fields, so that V8 sees one shape. */
const rows = Object.fromEntries(
  Object.entries<ValueOperation>(valueOperations).map(([op, { takes, gives, sign = '', isName, isLogical }]) => [
    op,
    { takes, gives, sign, isName: isName === true, isLogical: isLogical === true },
  ]),
) as Readonly<Record<ValueOp, Required<ValueOperation>>>;

export function valueOperation(op: ValueOp): Required<ValueOperation> {
  return rows[op];
}

/** Operations with one operand, which IR text writes as calls of their names. */
export const unaryOps: ReadonlySet<string> = new Set(
  Object.entries(valueOperations).flatMap(([op, { takes }]) => (takes.length === 1 ? [op] : [])),
);

/** Binary operations by their signs in IR text. */
export const binaryOps: ReadonlyMap<string, ValueOp> = new Map(
  Object.entries(rows).flatMap(([op, { sign }]) => (sign === '' ? [] : [[sign, op as ValueOp]])),
);

/**
 * How `flags` changes the arithmetic flags, with the number of its arguments.
 * add, adc, sub, sbb: left, right, result. logic, inc, dec: result (inc and dec keep CF).
 * other: result, carry, overflow, auxiliary. carry: carry (the rest kept). carryOverflow: carry, overflow (rest kept).
 * compare: less, equal, unordered (at most one is 1), as CF, ZF and PF tell of a comparison of reals; SF = OF = AF = 0.
 * zero: zero (rest kept). all: an EFLAGS image.
 */
const flagArguments = {
  add: 3,
  adc: 3,
  sub: 3,
  sbb: 3,
  logic: 1,
  inc: 1,
  dec: 1,
  other: 4,
  compare: 3,
  carry: 1,
  carryOverflow: 2,
  zero: 1,
  all: 1,
};

export type FlagKind = keyof typeof flagArguments;

const jumpKinds = ['jump', 'call', 'fall', 'missed', 'resume'] as const;
/**
 * How a block ends that goes to an EIP known statically: by a jump or call; fall: the next one begins; missed: the same, and its last
 * instruction often accesses what the TLB does not have; resume: after a trap.
 */
export type JumpKind = (typeof jumpKinds)[number];

const indirectKinds = ['jump', 'call', 'return', 'comeBack'] as const;
/** How control goes to a computed EIP; `comeBack`: to where code was interrupted, in its midst. */
export type IndirectKind = (typeof indirectKinds)[number];

const x87Traps = [
  'x87Register',
  'x87Compare',
  'x87Status',
  'x87Memory',
  'x87Environment',
] as const satisfies readonly TrapName[];
/** The traps that `x87` statements are. */
export type X87Name = (typeof x87Traps)[number];

/** Kinds that keep some of the previous flags. */
export const partialFlagKinds: ReadonlySet<FlagKind> = new Set<FlagKind>([
  'inc',
  'dec',
  'carry',
  'carryOverflow',
  'zero',
]);

type WindowVariant = Omit<WindowParts, 'size'>;

/** Name of a window in IR text, where its size follows. */
export function windowName({ access, alignment, isShared }: WindowVariant): string {
  if (isShared) return access + (alignment === 'any' ? 'Bytes' : 'Run');
  return access + (alignment === 'any' ? 'Any' : '');
}

/** Windows by these names. */
export const windowNames: ReadonlyMap<string, WindowVariant> = new Map(
  (['read', 'write'] as const)
    .flatMap((access) => (['natural', 'any'] as const).map((alignment) => ({ access, alignment })))
    .flatMap((parts) => [false, true].map((isShared): WindowVariant => ({ ...parts, isShared })))
    .map((variant) => [windowName(variant), variant]),
);

/** Which of several things of its operation a statement is; each has a name in IR text. */
interface Variants<S> {
  of(s: S): string;
  readonly known: ReadonlySet<string>;
}

/** An operation of statements. */
export interface StatementOperation<S = Statement> {
  /** Number of arguments. */
  readonly args: number | ((s: S) => number | undefined);
  /** Kind of the argument at a place; absent: all are integers. */
  kindOf?(s: S, place: number): Kind;
  /** Sizes allowed; none for most. */
  readonly sizes?: ReadonlySet<number> | ((s: S) => ReadonlySet<number>);
  readonly variants?: Variants<S>;
  /** Kind of the temporary that is defined; absent or null: none is. */
  gives?(s: S): Kind | null;
  /** Argument 0 is a state word. */
  readonly word?: true;
  /** Places of arguments that must be names, and of those that are EIPs known statically. */
  readonly named?: readonly number[];
  readonly targets?: readonly number[];
  /** Arguments may be printed later, after other changes of the flags: they don't read them. */
  readonly flagless?: true;
  /** May fault, or leave the instruction to what may; not in a window. */
  readonly mayFault?: true;
  /** Changes the state, memory included. */
  readonly changes?: true;
  /** Leads out of its block: at its end, or from inside of it. */
  readonly leaves?: 'end' | 'inside';
}

const noFacts: { readonly [Fact in keyof StatementOperation]-?: undefined } = {
  args: undefined,
  kindOf: undefined,
  sizes: undefined,
  variants: undefined,
  gives: undefined,
  word: undefined,
  named: undefined,
  targets: undefined,
  flagless: undefined,
  mayFault: undefined,
  changes: undefined,
  leaves: undefined,
};

const numbers = (count: number): ReadonlySet<number> => new Set(Array.from({ length: count }, (_, n) => n));
const integerSizes: ReadonlySet<number> = new Set([1, 2, 4]);
const viewSizes: Readonly<Record<View, ReadonlySet<number>>> = {
  integer: integerSizes,
  double: new Set([8]),
  single: new Set([4]),
};
const sharedSizes = numbers(PAGE_BYTES);
const vectorSizes: ReadonlySet<number> = new Set([8, 16]);
/** XSAVE's. */
const LARGEST_OPERAND = 576;

type Viewed = StatementOf<'get' | 'set' | 'load' | 'store' | 'probe'>;
const kindOfView = ({ view }: Viewed): Kind => (view === 'integer' ? 'integer' : 'real');
const sizesOfView = ({ view }: Viewed): ReadonlySet<number> => viewSizes[view];
const views: Variants<Viewed> = { of: (s) => s.view, known: new Set(Object.keys(viewSizes)) };
const kinds = (...known: string[]): Variants<StatementOf<'flags' | 'escape' | 'jump' | 'indirect'>> => ({
  of: (s) => s.kind,
  known: new Set(known),
});
const trapsOf = (known: readonly string[]): Variants<StatementOf<'x87' | 'fallback' | 'trap'>> => ({
  of: (s) => s.helper,
  known: new Set(known),
});
const traps = trapsOf(Object.keys(helpers).filter((name) => helpers[name as HelperName].kind === 'trap'));
const argumentsOf = ({ helper }: { readonly helper: TrapName }): number => helpers[helper].arguments;
const integer = (): Kind => 'integer';

/** One row for each operation of statements. */
const statementOperations: { readonly [Op in StatementOp]: StatementOperation<StatementOf<Op>> } = {
  let: { args: 1, kindOf: (s) => s.args[0].kind, gives: (s) => s.args[0].kind },
  get: { args: 1, word: true, variants: views, gives: kindOfView },
  set: {
    args: 2,
    kindOf: (s, place) => (place === 1 ? kindOfView(s) : 'integer'),
    word: true,
    variants: views,
    named: [1],
    changes: true,
  },
  load: {
    args: (s) => (s.args.length === 2 ? 2 : 1),
    sizes: sizesOfView,
    variants: views,
    gives: kindOfView,
    named: [0],
    mayFault: true,
  },
  store: {
    args: (s) => (s.args.length === 3 ? 3 : 2),
    kindOf: (s, place) => (place === 1 ? kindOfView(s) : 'integer'),
    sizes: sizesOfView,
    variants: views,
    named: [0, 1],
    mayFault: true,
    changes: true,
  },
  probe: { args: 1, sizes: sizesOfView, variants: views, named: [0], mayFault: true },
  window: {
    args: 1,
    sizes: ({ isShared }) => (isShared ? sharedSizes : vectorSizes),
    gives: integer,
    named: [0],
    mayFault: true,
  },
  segment: {
    args: 2,
    sizes: numbers(LARGEST_OPERAND + 1),
    variants: { of: ({ access }) => access, known: new Set(['read', 'write']) },
    gives: integer,
    named: [1],
    mayFault: true,
  },
  flags: {
    args: (s) => flagArguments[s.kind],
    sizes: integerSizes,
    variants: kinds(...Object.keys(flagArguments)),
    flagless: true,
    changes: true,
  },
  when: { args: 1 },
  fault: { args: 1, sizes: numbers(32), mayFault: true },
  fallback: { args: (s) => 1 + argumentsOf(s), variants: traps, mayFault: true },
  escape: { args: 0, variants: kinds('wait', 'noWait'), mayFault: true },
  x87: {
    args: argumentsOf,
    variants: trapsOf(x87Traps),
    gives: ({ helper }) => (helper === 'x87Compare' ? 'real' : helper === 'x87Status' ? 'integer' : null),
    mayFault: true,
    changes: true,
  },
  exitIf: { args: 2, targets: [1], leaves: 'inside' },
  jump: {
    // A call knows where it comes back to, and may name its target once more if the region may go there.
    args: ({ kind, args }) => (kind === 'call' ? Math.max(2, Math.min(args.length, 3)) : 1),
    variants: kinds(...jumpKinds),
    targets: [0, 1],
    leaves: 'end',
  },
  branch: { args: 3, targets: [1, 2], leaves: 'end' },
  indirect: {
    // A jump or a return may name targets it is known to have.
    args: ({ kind, args }) => (kind === 'jump' || kind === 'return' ? args.length : kind === 'call' ? 2 : 1),
    variants: kinds(...indirectKinds),
    named: [0],
    targets: [1],
    leaves: 'end',
  },
  trap: { args: argumentsOf, variants: traps, mayFault: true, leaves: 'end' },
  instruction: { args: 1, targets: [0] },
};

/** Rows of one shape, for V8. */
const statementRows = Object.fromEntries(
  Object.entries(statementOperations).map(([op, row]) => [op, { ...noFacts, ...row }]),
) as unknown as Readonly<Record<StatementOp, StatementOperation>>;

/** The row of a statement's operation. */
export function statementOperation(s: Statement): StatementOperation {
  return statementRows[s.op];
}

/** Kind of the temporary that a statement defines; null if it defines none. */
export function definedKind(s: Statement): Kind | null {
  return statementOperation(s).gives?.(s) ?? null;
}

/** Whether a statement ends its block. */
export function isTerminator(s: Statement): boolean {
  return statementOperation(s).leaves === 'end';
}

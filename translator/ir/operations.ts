/** Values are 32-bit integers or doubles. */
export type Kind = 'integer' | 'real';

/** An operation of values. */
export interface ValueOperation {
  /** Kinds of the operands; `own`: that of the value itself. */
  readonly takes: readonly (Kind | 'own')[];
  /** `boolean`: the integer 0 or 1. `own`: each value of the operation has a kind of its own. */
  readonly gives: Kind | 'boolean' | 'own';
  /** Of binary operations, in IR text: a trailing u marks unsigned comparisons, a dot doubles; >> is arithmetic. */
  readonly sign?: string;
  /** May be printed twice, or later than where it stands. */
  readonly isName?: true;
  /** Of booleans it gives a boolean. */
  readonly isLogical?: true;
}

const integers = ['integer', 'integer'] as const;
const reals = ['real', 'real'] as const;

/**
 * Operations of values. Comparisons give 0 or 1; `shr` is logical, `sar` arithmetic; counts are modulo 32.
 * Kinds are converted by `double` (exact), `integer` (rounds towards zero, modulo 2^32) and `single` (rounds to a single,
 * which stays a double) alone. An `eip` is an address in the code: a number, but not a constant, as translated code may be moved.
 * What a `call` takes and gives is in abi/helpers.ts.
 */
export const valueOperations = {
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

const rows: Readonly<Record<ValueOp, ValueOperation>> = valueOperations;

export function valueOperation(op: ValueOp): ValueOperation {
  return rows[op];
}

/** Operations with one operand, which IR text writes as calls of their names. */
export const unaryOps: ReadonlySet<string> = new Set(
  Object.entries(valueOperations).flatMap(([op, { takes }]) => (takes.length === 1 ? [op] : [])),
);

/** Binary operations by their signs in IR text. */
export const binaryOps: ReadonlyMap<string, ValueOp> = new Map(
  Object.entries(rows).flatMap(([op, { sign }]) => (sign === undefined ? [] : [[sign, op as ValueOp]])),
);

import { type HelperDeclaration, helpers } from '../abi/helpers.ts';

/**
 * Operators of values. Comparisons give 0 or 1; `shr` is logical, `sar` arithmetic; counts are modulo 32.
 * Values are 32-bit integers or doubles (`isDouble`), never converted but by `double` (exact), `integer` (rounds towards
 * zero, modulo 2^32) and `single` (rounds to a single, which stays a double). Operators of doubles start with f.
 * An `eip` is an address in the code: a number, but not a constant, as translated code may be moved.
 */
export type ValueOp =
  | 'constant'
  | 'eip'
  | 'temporary'
  | 'field'
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr'
  | 'sar'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'ltu'
  | 'leu'
  | 'select'
  | 'condition'
  | 'flags'
  | 'call'
  | 'number'
  | 'fadd'
  | 'fsub'
  | 'fmul'
  | 'fdiv'
  | 'fsqrt'
  | 'fabs'
  | 'fneg'
  | 'feq'
  | 'flt'
  | 'fle'
  | 'double'
  | 'integer'
  | 'single';

/** Fields of a decoded instruction that values may be. */
export type FieldName =
  | 'eip'
  | 'nextEip'
  | 'target'
  | 'rm'
  | 'reg'
  | 'base'
  | 'index'
  | 'scale'
  | 'displacement'
  | 'immediate'
  | 'immediate2'
  | 'segment';

/** Those that are addresses in the code. */
export const codeFields: ReadonlySet<string> = new Set<FieldName>(['eip', 'nextEip', 'target']);

/** An expression tree; one class for all, so that V8 sees one shape. */
export class Value {
  readonly op: ValueOp;
  readonly a: Value | null;
  readonly b: Value | null;
  readonly c: Value | null;
  /** A constant's, EIP's or (double) number's value, a temporary's number, a condition's code. */
  readonly number: number;
  /** A field's or helper's name; `double` for a temporary that is one. */
  readonly name: string;

  constructor(op: ValueOp, a: Value | null, b: Value | null, c: Value | null, number: number, name: string) {
    this.op = op;
    this.a = a;
    this.b = b;
    this.c = c;
    this.number = number;
    this.name = name;
  }
}

const doubles: ReadonlySet<ValueOp> = new Set([
  'number',
  'fadd',
  'fsub',
  'fmul',
  'fdiv',
  'fsqrt',
  'fabs',
  'fneg',
  'double',
  'single',
]);

const doubleHelpers: ReadonlySet<string> = new Set(
  Object.entries<HelperDeclaration>(helpers).flatMap(([name, { isDouble }]) => (isDouble ? [name] : [])),
);

/** Whether the value is a double and not an integer. */
export function isDouble(v: Value): boolean {
  if (v.op === 'temporary') return v.name !== '';
  if (v.op === 'call') return doubleHelpers.has(v.name);
  return v.op === 'select' ? isDouble(v.b!) : doubles.has(v.op);
}

/** Operators with one operand, as IR text names them. */
export const unaryOps: ReadonlySet<string> = new Set<ValueOp>(['fsqrt', 'fabs', 'fneg', 'double', 'integer', 'single']);

const booleans = new Set<ValueOp>(['eq', 'ne', 'lt', 'le', 'ltu', 'leu', 'feq', 'flt', 'fle', 'condition']);

/** Whether a value may be printed twice, or later than where it stands. */
export function isName(v: Value): boolean {
  return names.has(v.op);
}

const names: ReadonlySet<ValueOp> = new Set(['constant', 'eip', 'temporary', 'field', 'number']);

/** Whether a value is known to be 0 or 1, being made of comparisons. */
export function isBoolean(v: Value): boolean {
  if (booleans.has(v.op)) return true;
  if (v.op !== 'xor' && v.op !== 'or' && v.op !== 'and') return false;
  return isBoolean(v.a!) && (isBoolean(v.b!) || isInversion(v));
}

/** Whether a value of 0 or 1 is inverted here. */
export function isInversion(v: Value): boolean {
  return v.op === 'xor' && v.b!.op === 'constant' && v.b!.number === 1;
}

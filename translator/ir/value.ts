import { type HelperDeclaration, type HelperName, helpers } from '../abi/helpers.ts';
import { type Kind, type ValueOp, valueOperation } from './operations.ts';

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

/** Fields that are addresses in the code. */
export const codeFields: ReadonlySet<string> = new Set<FieldName>(['eip', 'nextEip', 'target']);

interface ValueOf<Op extends ValueOp, Name extends string> {
  readonly op: Op;
  readonly kind: Kind;
  /** Operands, as many as the operation takes. */
  readonly a: Value | null;
  readonly b: Value | null;
  readonly c: Value | null;
  /** A constant's, EIP's or (double) number's value, a temporary's number, a condition's code. */
  readonly number: number;
  readonly name: Name;
}

/** A call of a helper. */
export type CallValue = ValueOf<'call', HelperName>;
/** A field of a decoded instruction, while its operands are symbolic. */
export type FieldValue = ValueOf<'field', FieldName>;

/** An expression tree, by operation (operations.ts). */
export type Value = CallValue | FieldValue | ValueOf<Exclude<ValueOp, 'call' | 'field'>, ''>;

/** One class for all, so that V8 sees one shape. */
class Node implements ValueOf<ValueOp, string> {
  readonly op: ValueOp;
  readonly kind: Kind;
  readonly a: Value | null;
  readonly b: Value | null;
  readonly c: Value | null;
  readonly number: number;
  readonly name: string;

  constructor(
    op: ValueOp,
    kind: Kind,
    a: Value | null,
    b: Value | null,
    c: Value | null,
    number: number,
    name: string,
  ) {
    this.op = op;
    this.kind = kind;
    this.a = a;
    this.b = b;
    this.c = c;
    this.number = number;
    this.name = name;
  }
}

function leaf(op: ValueOp, kind: Kind, number: number, name = ''): Value {
  return new Node(op, kind, null, null, null, number, name) as Value;
}

export function constant(value: number): Value {
  return leaf('constant', 'integer', value | 0);
}

/** A double known statically. */
export function realConstant(value: number): Value {
  return leaf('number', 'real', value);
}

/** An address in the code. */
export function codeAddress(eip: number): Value {
  return leaf('eip', 'integer', eip | 0);
}

export function temporary(number: number, kind: Kind = 'integer'): Value {
  return leaf('temporary', kind, number);
}

export function field(name: FieldName): Value {
  return leaf('field', 'integer', 0, name);
}

/** A condition code of the arithmetic flags: 0 or 1. */
export function condition(code: number): Value {
  return leaf('condition', 'integer', code);
}

/** The arithmetic flags as an EFLAGS image. */
export function flagsImage(): Value {
  return leaf('flags', 'integer', 0);
}

export function call(helper: HelperName, a: Value | null, b: Value | null, c: Value | null): Value {
  return new Node('call', realHelpers.has(helper) ? 'real' : 'integer', a, b, c, 0, helper) as Value;
}

/** A value of a unary or binary operation as it stands: not folded. */
export function operation(op: ValueOp, a: Value, b: Value | null = null): Value {
  return new Node(op, valueOperation(op).gives === 'real' ? 'real' : 'integer', a, b, null, 0, '') as Value;
}

/** A `select` as it stands: not folded. */
export function choice(condition: Value, whenTrue: Value, whenFalse: Value): Value {
  return new Node('select', whenTrue.kind, condition, whenTrue, whenFalse, 0, '') as Value;
}

const realHelpers: ReadonlySet<string> = new Set(
  Object.entries<HelperDeclaration>(helpers).flatMap(([name, { isDouble }]) => (isDouble ? [name] : [])),
);

/** Whether a value may be printed twice, or later than where it stands. */
export function isName(v: Value): boolean {
  return valueOperation(v.op).isName;
}

/** Whether a leaf is made of the arithmetic flags. */
export function isOfFlags(leaf: Value): boolean {
  return leaf.op === 'condition' || leaf.op === 'flags';
}

/** Whether a value is known to be 0 or 1, being made of comparisons. */
export function isBoolean(v: Value): boolean {
  const { gives, isLogical } = valueOperation(v.op);
  if (gives === 'boolean') return true;
  return isLogical && isBoolean(v.a!) && (isBoolean(v.b!) || isInversion(v));
}

/** Whether a value of 0 or 1 is inverted here. */
export function isInversion(v: Value): boolean {
  return v.op === 'xor' && v.b!.op === 'constant' && v.b!.number === 1;
}

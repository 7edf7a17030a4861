/** Operators of values. Comparisons give 0 or 1; `shr` is logical, `sar` arithmetic; counts are modulo 32. */
export type ValueOp =
  | 'constant'
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
  | 'call';

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

/** An expression tree; one class for all, so that V8 sees one shape. */
export class Value {
  readonly op: ValueOp;
  readonly a: Value | null;
  readonly b: Value | null;
  readonly c: Value | null;
  /** A constant's value, a temporary's number, a condition's code. */
  readonly number: number;
  /** A field's or helper's name. */
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

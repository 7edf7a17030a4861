import { definesDouble, Statement, type StatementOp } from './statement.ts';
import { Value, type ValueOp } from './value.ts';

/** How binary operators compute, for folding. */
const compute: Partial<Record<ValueOp, (a: number, b: number) => number>> = {
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: (a, b) => Math.imul(a, b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr: (a, b) => (a >>> b) | 0,
  sar: (a, b) => a >> b,
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a !== b ? 1 : 0),
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  ltu: (a, b) => (a >>> 0 < b >>> 0 ? 1 : 0),
  leu: (a, b) => (a >>> 0 <= b >>> 0 ? 1 : 0),
};

/** x op 0 = x for these; 0 op x = x for the first three. */
const rightIdentity = new Set<ValueOp>(['add', 'or', 'xor', 'sub', 'shl', 'shr', 'sar']);
const leftIdentity = new Set<ValueOp>(['add', 'or', 'xor']);

export function constant(value: number): Value {
  return new Value('constant', null, null, null, value | 0, '');
}

export function field(name: string): Value {
  return new Value('field', null, null, null, 0, name);
}

export function temporary(number: number, isDouble = false): Value {
  return new Value('temporary', null, null, null, number, isDouble ? 'double' : '');
}

/** A double known statically. */
export function realConstant(value: number): Value {
  return new Value('number', null, null, null, value, '');
}

export function unary(op: ValueOp, a: Value): Value {
  return new Value(op, a, null, null, 0, '');
}

/** A binary value, folded where that is possible without knowing more. */
export function binary(op: ValueOp, a: Value, b: Value): Value {
  if (b.op === 'constant') {
    if (a.op === 'constant') return constant(compute[op]!(a.number, b.number));
    if (b.number === 0 && rightIdentity.has(op)) return a;
    if (op === 'and') return foldAnd(a, b);
    if (op === 'add' && a.op === 'add' && a.b!.op === 'constant') {
      return binary('add', a.a!, constant(a.b!.number + b.number));
    }
  } else if (a.op === 'constant' && a.number === 0 && leftIdentity.has(op)) return b;
  if (a.op === 'temporary' && b.op === 'temporary' && a.number === b.number) return foldSame(op, a, b);
  return new Value(op, a, b, null, 0, '');
}

function foldSame(op: ValueOp, a: Value, b: Value): Value {
  if (op === 'xor' || op === 'sub') return constant(0);
  return op === 'and' || op === 'or' ? a : new Value(op, a, b, null, 0, '');
}

function foldAnd(a: Value, mask: Value): Value {
  if (mask.number === -1) return a;
  if (mask.number === 0) return mask;
  if (a.op === 'and' && a.b!.op === 'constant') return binary('and', a.a!, constant(a.b!.number & mask.number));
  return new Value('and', a, mask, null, 0, '');
}

export function select(condition: Value, whenTrue: Value, whenFalse: Value): Value {
  if (condition.op === 'constant') return condition.number !== 0 ? whenTrue : whenFalse;
  return new Value('select', condition, whenTrue, whenFalse, 0, '');
}

/** Collects statements; hands out temporaries. */
export class IrBuilder {
  statements: Statement[] = [];
  private temporaries = 0;

  emit(op: StatementOp, args: Value[], size = 0, name = ''): void {
    this.statements.push(new Statement(op, -1, size, name, args));
  }

  /** A statement that defines a temporary. */
  define(op: StatementOp, args: Value[], size = 0, name = ''): Value {
    const statement = new Statement(op, this.temporaries++, size, name, args);
    this.statements.push(statement);
    return temporary(statement.temporary, definesDouble(statement));
  }

  /** Names a value, unless it already has a name or is a constant. */
  name(value: Value): Value {
    const { op } = value;
    const isName = op === 'constant' || op === 'temporary' || op === 'field' || op === 'number';
    return isName ? value : this.define('let', [value]);
  }

  /** Statements made by `body` become those of a conditional. */
  when(condition: Value, body: () => void): void {
    if (condition.op === 'constant') {
      if (condition.number !== 0) body();
      return;
    }
    const outer = this.statements;
    this.statements = [];
    body();
    const inner = this.statements;
    this.statements = outer;
    outer.push(new Statement('when', -1, 0, '', [condition], inner));
  }
}

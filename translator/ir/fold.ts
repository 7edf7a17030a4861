import type { ValueOp } from './operations.ts';
import { choice, condition, constant, isBoolean, isInversion, operation, type Value } from './value.ts';

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
/** x op x is x for the first two, 0 for the others. */
const idempotent = new Set<ValueOp>(['and', 'or']);
const cancelling = new Set<ValueOp>(['xor', 'sub', 'ne', 'lt', 'ltu']);

/** Comparisons and their opposites, operands as they are (first two) or swapped. */
const inverses: Partial<Record<ValueOp, ValueOp>> = { eq: 'ne', ne: 'eq', lt: 'le', le: 'lt', ltu: 'leu', leu: 'ltu' };
const swappedInverses = new Set<ValueOp>(['lt', 'le', 'ltu', 'leu']);

/** A binary value, folded where that is possible without knowing more. */
export function binary(op: ValueOp, a: Value, b: Value): Value {
  const folded = b.op === 'constant' ? foldRight(op, a, b) : a.op === 'constant' ? foldLeft(op, a, b) : null;
  if (folded) return folded;
  if (a.op === 'temporary' && b.op === 'temporary' && a.number === b.number) {
    if (idempotent.has(op)) return a;
    if (cancelling.has(op)) return constant(0);
  }
  return operation(op, a, b);
}

export function select(question: Value, whenTrue: Value, whenFalse: Value): Value {
  if (question.op === 'constant') return question.number !== 0 ? whenTrue : whenFalse;
  return choice(question, whenTrue, whenFalse);
}

/** With a constant on the right. */
function foldRight(op: ValueOp, a: Value, b: Value): Value | null {
  if (a.op === 'constant') return constant(compute[op]!(a.number, b.number));
  switch (op) {
    case 'and':
      return foldAnd(a, b);
    case 'add':
      if (a.op === 'add' && a.b!.op === 'constant') return binary('add', a.a!, constant(a.b!.number + b.number));
      break;
    case 'xor':
      if (b.number === 1 && isBoolean(a)) return opposite(a);
      break;
    case 'mul':
      if (b.number === 1) return a;
      break;
  }
  return b.number === 0 ? foldZero(op, a, b) : null;
}

/** With 0 on the right. */
function foldZero(op: ValueOp, a: Value, zero: Value): Value | null {
  if (rightIdentity.has(op)) return a;
  switch (op) {
    case 'ne':
      return isBoolean(a) ? a : null;
    case 'eq':
      return isBoolean(a) ? opposite(a) : null;
    case 'ltu':
      return zero;
    case 'leu':
      return binary('eq', a, zero);
    default:
      return null;
  }
}

/** With a constant on the left only. */
function foldLeft(op: ValueOp, a: Value, b: Value): Value | null {
  if (op === 'mul' && a.number === 1) return b;
  if (a.number !== 0) return null;
  if (leftIdentity.has(op)) return b;
  if (op === 'ltu') return binary('ne', b, a);
  return op === 'leu' ? constant(1) : null;
}

function foldAnd(a: Value, mask: Value): Value | null {
  if (mask.number === -1) return a;
  if (mask.number === 0) return mask;
  if (mask.number === 1 && isBoolean(a)) return a;
  if (a.op === 'and' && a.b!.op === 'constant') return binary('and', a.a!, constant(a.b!.number & mask.number));
  return null;
}

/** Comparisons of integers have opposites; anything else that is 0 or 1 is inverted. */
function opposite(v: Value): Value {
  const inverse = inverses[v.op];
  if (inverse) return swappedInverses.has(v.op) ? binary(inverse, v.b!, v.a!) : binary(inverse, v.a!, v.b!);
  if (v.op === 'condition') return condition(v.number ^ 1);
  if (isInversion(v)) return v.a!;
  return operation('xor', v, constant(1));
}

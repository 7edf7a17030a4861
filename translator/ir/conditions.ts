import { binary, constant, select } from './builder.ts';
import type { Statement } from './statement.ts';
import type { Value } from './value.ts';

/** The flags statements in force at a point, the last one first; `older` is null where they aren't known. */
export interface FlagRecord {
  readonly statement: Statement;
  readonly older: FlagRecord | null;
}

/** A condition on the flags that these statements leave, the last one last; null where it isn't known how. */
export function resolveCondition(code: number, statements: readonly Statement[]): Value | null {
  let record: FlagRecord | null = null;
  for (const statement of statements) record = { statement, older: record };
  return record && resolve(code, record);
}

const not = (v: Value | null): Value | null => v && binary('xor', v, constant(1));
const isNegative = (v: Value): Value => binary('lt', v, constant(0));

/** The condition as a value of 0 or 1, or null where it isn't known how. */
export function resolve(code: number, record: FlagRecord): Value | null {
  if (code & 1) return negated(code, record);
  const { statement, older } = record;
  switch (statement.name) {
    case 'sub':
      return afterSub(code >> 1, statement);
    case 'logic':
      return afterLogic(code >> 1, statement);
    case 'inc':
    case 'dec':
      return afterStep(code >> 1, statement, older);
    default:
      return afterOther(code >> 1, statement, older);
  }
}

/** Comparisons have opposites; anything else is inverted. */
function negated(code: number, record: FlagRecord): Value | null {
  const v = resolve(code & ~1, record);
  switch (v?.op) {
    case 'eq':
      return binary('ne', v.a!, v.b!);
    case 'ne':
      return binary('eq', v.a!, v.b!);
    case 'lt':
      return binary('le', v.b!, v.a!);
    case 'le':
      return binary('lt', v.b!, v.a!);
    case 'ltu':
      return binary('leu', v.b!, v.a!);
    case 'leu':
      return binary('ltu', v.b!, v.a!);
    default:
      return not(v);
  }
}

function afterSub(kind: number, s: Statement): Value | null {
  const [a, b] = s.args;
  switch (kind) {
    case 1:
      return binary('ltu', low(a, s.size), low(b, s.size));
    case 2:
      return binary('eq', low(a, s.size), low(b, s.size));
    case 3:
      return binary('leu', low(a, s.size), low(b, s.size));
    case 6:
      return binary('lt', signed(a, s.size), signed(b, s.size));
    case 7:
      return binary('le', signed(a, s.size), signed(b, s.size));
    default:
      return fromResult(kind, s.args[2], s.size);
  }
}

function afterLogic(kind: number, s: Statement): Value | null {
  const [r] = s.args;
  switch (kind) {
    case 0:
    case 1:
      return constant(0);
    case 3:
      return fromResult(2, r, s.size);
    case 6:
      return fromResult(4, r, s.size);
    case 7:
      return binary('le', signed(r, s.size), constant(0));
    default:
      return fromResult(kind, r, s.size);
  }
}

/** INC, DEC: CF as before, OF at one value of the result. */
function afterStep(kind: number, s: Statement, older: FlagRecord | null): Value | null {
  const [r] = s.args;
  const minimum = -0x80000000 >> (32 - 8 * s.size);
  switch (kind) {
    case 0:
      return binary('eq', signed(r, s.size), constant(s.name === 'inc' ? minimum : ~minimum));
    case 1:
      return older && resolve(2, older);
    default:
      return fromResult(kind, r, s.size);
  }
}

function afterOther(kind: number, s: Statement, older: FlagRecord | null): Value | null {
  switch (s.name) {
    case 'add':
      if (kind === 1) return binary('ltu', low(s.args[2], s.size), low(s.args[0], s.size));
      return fromResult(kind, s.args[2], s.size);
    case 'adc':
    case 'sbb':
      return fromResult(kind, s.args[2], s.size);
    case 'other':
      if (kind === 0) return truth(s.args[2]);
      return kind === 1 ? truth(s.args[1]) : fromResult(kind, s.args[0], s.size);
    case 'compare':
      return afterCompare(kind, s);
    case 'carry':
      return kind === 1 ? truth(s.args[0]) : unaffected(kind, older, [0, 2, 4, 5, 6, 7]);
    case 'carryOverflow':
      if (kind === 0) return truth(s.args[1]);
      return kind === 1 ? truth(s.args[0]) : unaffected(kind, older, [2, 4, 5]);
    default:
      return null;
  }
}

/** Of less, equal and unordered, each 0 or 1, what makes CF, ZF and PF. */
function afterCompare(kind: number, s: Statement): Value {
  const [less, equal, unordered] = s.args;
  switch (kind) {
    case 1:
      return binary('or', less, unordered);
    case 2:
    case 7:
      return binary('or', equal, unordered);
    case 3:
      return binary('or', binary('or', less, equal), unordered);
    case 5:
      return unordered;
    default:
      return constant(0);
  }
}

function unaffected(kind: number, older: FlagRecord | null, kinds: number[]): Value | null {
  return older && kinds.includes(kind) ? resolve(kind << 1, older) : null;
}

/** ZF and SF from a result; nothing else is known from it alone. */
function fromResult(kind: number, result: Value, size: number): Value | null {
  if (kind === 2) return binary('eq', low(result, size), constant(0));
  return kind === 4 ? isNegative(signed(result, size)) : null;
}

function truth(v: Value): Value {
  return v.op === 'constant' ? select(v, constant(1), constant(0)) : binary('ne', v, constant(0));
}

/** The bits of the operand's size, unsigned. */
function low(v: Value, size: number): Value {
  return size === 4 ? v : binary('and', v, constant(size === 1 ? 0xff : 0xffff));
}

function signed(v: Value, size: number): Value {
  const shift = constant(32 - 8 * size);
  return size === 4 ? v : binary('sar', binary('shl', v, shift), shift);
}

import { Eflags } from '../abi/state.ts';
import { binary } from './fold.ts';
import type { FlagKind } from './operations.ts';
import type { FlagsStatement } from './statement.ts';
import { constant, type Value } from './value.ts';

/** The flags statements in force at a point, the last one first; `older` is null where they aren't known. */
export interface FlagHistory {
  readonly statement: FlagsStatement;
  readonly older: FlagHistory | null;
}

/** A condition on the flags that these statements leave, the last one last; null where it isn't known how. */
export function resolveCondition(code: number, statements: readonly FlagsStatement[]): Value | null {
  let history: FlagHistory | null = null;
  for (const statement of statements) history = { statement, older: history };
  return history && resolve(code, history);
}

/** The condition codes that are true where the flag or the combination of flags is; the codes in their order, 0 to 14. */
const tests = ['overflow', 'carry', 'zero', 'notAbove', 'sign', 'parity', 'less', 'notGreater'] as const;
type Test = (typeof tests)[number];

/** Tests of several flags: of these, unless more is known. */
const combined: Partial<Record<Test, (a: Value, b: Value) => Value>> = {
  notAbove: either,
  less: (sign, overflow) => binary('xor', sign, overflow),
  notGreater: either,
};
const parts: Partial<Record<Test, readonly [Test, Test]>> = {
  notAbove: ['carry', 'zero'],
  less: ['sign', 'overflow'],
  notGreater: ['zero', 'less'],
};

/** The meaning of a test after a flags statement: 0 or 1, or null where it isn't known. */
type Meaning = (s: FlagsStatement, older: FlagHistory | null) => Value | null;
type Meanings = Partial<Record<Test, Meaning>>;

/** The condition as a value of 0 or 1, or null where it isn't known how. */
export function resolve(code: number, history: FlagHistory): Value | null {
  const v = test(tests[code >> 1], history);
  return v && (code & 1) !== 0 ? binary('xor', v, constant(1)) : v;
}

function test(name: Test, { statement, older }: FlagHistory): Value | null {
  const meaning = meanings[statement.kind][name];
  if (meaning) return meaning(statement, older);
  const of = parts[name];
  if (!of) return null;
  const [a, b] = of.map((part) => test(part, { statement, older }));
  return a && b && combined[name]!(a, b);
}

function either(a: Value, b: Value): Value {
  return binary('or', a, b);
}

const kept =
  (name: Test): Meaning =>
  (_s, older) =>
    older && test(name, older);
/** An argument that is not 0. */
const given =
  (argument: number): Meaning =>
  (s) =>
    binary('ne', s.args[argument], constant(0));
/** One of the flags in the argument that is an EFLAGS image. */
const inImage =
  (flags: number): Meaning =>
  (s) =>
    binary('ne', binary('and', s.args[0], constant(flags)), constant(0));

const isZero =
  (argument: number): Meaning =>
  (s) =>
    binary('eq', low(s.args[argument], s.size), constant(0));
const isNegative =
  (argument: number): Meaning =>
  (s) =>
    negative(s.args[argument], s.size);

/** Compares two values of the statement, by their unsigned or by their signed low bits. */
const compare =
  (
    op: 'eq' | 'lt' | 'le' | 'ltu' | 'leu',
    left: (s: FlagsStatement) => Value,
    right: (s: FlagsStatement) => Value,
  ): Meaning =>
  (s) => {
    const bits = op === 'lt' || op === 'le' ? signed : low;
    return binary(op, bits(left(s), s.size), bits(right(s), s.size));
  };
const argument = (n: number) => (s: FlagsStatement) => s.args[n];
const number = (n: number) => () => constant(n);
/** INC and DEC: the operand, from the result. */
const sum = (n: number) => (s: FlagsStatement) => binary('add', s.args[0], constant(n));

/** The sign bit of a value of left, right and result. */
const signOf =
  (vector: (left: Value, right: Value, result: Value) => Value): Meaning =>
  (s) =>
    negative(vector(s.args[0], s.args[1], s.args[2]), s.size);
const not = (v: Value): Value => binary('xor', v, constant(-1));
const xor = (a: Value, b: Value): Value => binary('xor', a, b);
const and = (a: Value, b: Value): Value => binary('and', a, b);
/** The vector of carries out of each bit: of two that are set, or of one where the result's is not. */
const carries = (a: Value, b: Value, notResult: Value): Value => either(and(a, b), and(either(a, b), notResult));
/** Signs that differ from the result's though the operands' don't. */
const overflowed = (a: Value, b: Value, r: Value): Value => and(xor(a, r), xor(b, r));
/** Signs that differ from the result's where a subtraction's operands differ in sign, too. */
const underflowed = (a: Value, b: Value, r: Value): Value => and(xor(a, b), xor(a, r));

const sumMeanings: Meanings = {
  overflow: signOf(overflowed),
  zero: isZero(2),
  sign: isNegative(2),
  less: signOf((a, b, r) => xor(r, overflowed(a, b, r))),
};
const differenceMeanings: Meanings = {
  overflow: signOf(underflowed),
  zero: isZero(2),
  sign: isNegative(2),
  less: signOf((a, b, r) => xor(r, underflowed(a, b, r))),
};
const none: Meaning = () => constant(0);

const meanings: Record<FlagKind, Meanings> = {
  add: { ...sumMeanings, carry: compare('ltu', argument(2), argument(0)) },
  adc: { ...sumMeanings, carry: signOf((a, b, r) => carries(a, b, not(r))) },
  sub: {
    ...differenceMeanings,
    carry: compare('ltu', argument(0), argument(1)),
    zero: compare('eq', argument(0), argument(1)),
    notAbove: compare('leu', argument(0), argument(1)),
    less: compare('lt', argument(0), argument(1)),
    notGreater: compare('le', argument(0), argument(1)),
  },
  sbb: { ...differenceMeanings, carry: signOf((a, b, r) => carries(not(a), b, r)) },
  logic: {
    overflow: none,
    carry: none,
    zero: isZero(0),
    sign: isNegative(0),
    less: isNegative(0),
    notGreater: compare('le', argument(0), number(0)),
  },
  // Signed comparisons are of the operand, which is one less or more than the result.
  inc: {
    overflow: (s) => binary('eq', signed(s.args[0], s.size), constant(minimum(s.size))),
    carry: kept('carry'),
    zero: isZero(0),
    sign: isNegative(0),
    less: compare('lt', sum(-1), number(-1)),
    notGreater: compare('lt', sum(-1), number(0)),
  },
  dec: {
    overflow: (s) => binary('eq', signed(s.args[0], s.size), constant(~minimum(s.size))),
    carry: kept('carry'),
    zero: isZero(0),
    sign: isNegative(0),
    less: compare('le', sum(1), number(0)),
    notGreater: compare('le', sum(1), number(1)),
  },
  other: { overflow: given(2), carry: given(1), zero: isZero(0), sign: isNegative(0) },
  // Of less, equal and unordered, what makes CF, ZF and PF.
  compare: {
    overflow: none,
    carry: (s) => either(s.args[0], s.args[2]),
    zero: (s) => either(s.args[1], s.args[2]),
    notAbove: (s) => either(either(s.args[0], s.args[1]), s.args[2]),
    sign: none,
    parity: (s) => s.args[2],
  },
  carry: {
    overflow: kept('overflow'),
    carry: given(0),
    zero: kept('zero'),
    sign: kept('sign'),
    parity: kept('parity'),
    less: kept('less'),
    notGreater: kept('notGreater'),
  },
  carryOverflow: {
    overflow: given(1),
    carry: given(0),
    zero: kept('zero'),
    sign: kept('sign'),
    parity: kept('parity'),
  },
  zero: {
    overflow: kept('overflow'),
    carry: kept('carry'),
    zero: given(0),
    sign: kept('sign'),
    parity: kept('parity'),
    less: kept('less'),
  },
  all: {
    overflow: inImage(Eflags.of),
    carry: inImage(Eflags.cf),
    zero: inImage(Eflags.zf),
    notAbove: inImage(Eflags.cf | Eflags.zf),
    sign: inImage(Eflags.sf),
    parity: inImage(Eflags.pf),
  },
};

/** The smallest number of a size. */
function minimum(size: number): number {
  return -0x80000000 >> (32 - 8 * size);
}

function negative(v: Value, size: number): Value {
  return binary('lt', signed(v, size), constant(0));
}

/** The bits of the operand's size, unsigned. */
function low(v: Value, size: number): Value {
  return size === 4 ? v : binary('and', v, constant(size === 1 ? 0xff : 0xffff));
}

function signed(v: Value, size: number): Value {
  const shift = constant(32 - 8 * size);
  return size === 4 ? v : binary('sar', binary('shl', v, shift), shift);
}

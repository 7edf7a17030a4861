/**
 * Real arithmetic of SSE and SSE2. What is lifted holds where no instruction can fault: all exceptions are masked, and results
 * are rounded to nearest (Word.sseMode). Operands and results are normal or 0; infinities, NaNs and what must set PE are
 * left to helpers, the rest (denormals, underflow, SNaNs of singles) with all other settings to the trap sseReal.
 */
import type { StickyName } from '../abi/helpers.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder } from './lifter.ts';
import { isNan, mmx, type RegisterFile, requireSse, vectorAddress, writeRegister, xmm, xmmDouble } from './simd.ts';
import {
  any,
  type Format,
  halfPs,
  isInexact,
  isInexactNew,
  isInfinite,
  isTiny,
  isZero,
  laneBytes,
  leaveIf,
  nansOf,
  not,
  ownLanes,
  ownWord,
  pd,
  placesOf,
  ps,
  requireMasked,
  SINGLE,
  type Source,
  sd,
  setLanes,
  sourceLanes,
  sourceOf,
  sourceWord,
  ss,
} from './sse-lanes.ts';

// Arithmetic.

/** An operation of which each lane is computed from one of the destination and one of the source. */
interface Operation {
  compute(b: LiftBuilder, x: Value, y: Value): Value;
  /** Exact in every case, by doubles and by singles. */
  readonly helpers: readonly [doubles: StickyName, singles: StickyName];
  /** A result of 0 has underflowed unless one of these is 0; absent: it has not. */
  factors?(x: Value, y: Value): Value[];
  /** The destination's old value is no operand. */
  readonly isUnary?: boolean;
}

const add: Operation = { compute: (b, x, y) => b.real.add(x, y), helpers: ['addDoubles', 'addSingles'] };
const sub: Operation = { compute: (b, x, y) => b.real.subtract(x, y), helpers: ['subtractDoubles', 'subtractSingles'] };
const mul: Operation = {
  compute: (b, x, y) => b.real.multiply(x, y),
  helpers: ['multiplyDoubles', 'multiplySingles'],
  factors: (x, y) => [x, y],
};
const div: Operation = {
  compute: (b, x, y) => b.real.divide(x, y),
  helpers: ['divideDoubles', 'divideSingles'],
  factors: (x) => [x],
};
const sqrt: Operation = {
  compute: (b, _x, y) => b.real.squareRoot(y),
  helpers: ['rootOfDouble', 'rootOfSingle'],
  isUnary: true,
};
export const operations = { ADD: add, MUL: mul, SUB: sub, DIV: div, SQRT: sqrt } as const;

/** Where no result is tiny that is not known to be. */
function hasUnderflowed(b: LiftBuilder, result: Value, factors: readonly Value[], smallest: number): Value {
  if (factors.length === 0) return isTiny(b, result, smallest);
  const isNoZero = b.or(
    not(b, isZero(b, result)),
    not(
      b,
      any(
        b,
        factors.map((factor) => isZero(b, factor)),
      ),
    ),
  );
  return b.and(b.real.lessOrEqual(b.real.absolute(result), smallest), isNoZero);
}

/** The operation and operands of a lane of the result, and its place (placesOf). */
interface Combination {
  readonly operation: Operation;
  readonly x: Value;
  readonly y: Value;
  readonly places: Value;
}

/** The result, by a helper where it is not the usual one. */
function combined(b: LiftBuilder, { isSingle }: Format, { operation, x, y, places }: Combination): Value {
  const exact = operation.compute(b, x, y);
  const usual = b.real.let(isSingle ? b.real.toSingle(exact) : exact);
  const helper = b.call(operation.helpers[isSingle ? 1 : 0], x, y, places);
  return b.real.let(b.select(b.or(isInexactNew(b), isInfinite(b, usual)), helper, usual));
}

/** An instruction whose lanes are combinations of those of the destination and of the source. */
function combining(
  format: Format,
  combine: (b: LiftBuilder, own: readonly Value[], source: readonly Value[], at: Source) => Combination[],
): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format) * format.lanes);
    requireMasked(b, destination, source);
    const y = sourceLanes(b, format, source);
    const combinations = combine(b, ownLanes(b, format), y, source);
    const results = combinations.map((combination) => combined(b, format, combination));
    const operands = new Set(combinations.flatMap((combination) => [combination.x, combination.y]));
    const tiny = [...operands].map((value) => isTiny(b, value, format.smallest));
    const under = results.map((r, n) => {
      const { operation, x, y } = combinations[n];
      return hasUnderflowed(b, r, operation.factors?.(x, y) ?? [], format.smallest);
    });
    leaveIf(b, any(b, [...nansOf(b, source, y), ...tiny, ...under]), destination, source);
    setLanes(b, format, results);
  };
}

/** Each lane of the destination with its neighbour in the source; `operationOf` gives what is done to one. */
export const lanewise = (format: Format, operationOf: (lane: number) => Operation): Lift =>
  combining(format, (b, own, source, at) =>
    source.map((y, n) => {
      const operation = operationOf(n);
      const second = sourceWord(b, format, at, n);
      if (operation.isUnary) return { operation, x: y, y, places: placesOf(b, second, second) };
      return { operation, x: own[n], y, places: placesOf(b, ownWord(b, format, n), second) };
    }),
  );

/** Odd lanes are added, even ones subtracted (ADDSUBPS). */
export const alternating = (format: Format): Lift => lanewise(format, (n) => (n & 1 ? add : sub));

/** Neighbours of one register: the destination's give the lower lanes, the source's the upper ones (HADDPS). */
export const horizontal = (format: Format, operation: Operation): Lift =>
  combining(format, (b, own, source, at) => {
    const words = [...own.map((_, n) => ownWord(b, format, n)), ...source.map((_, n) => sourceWord(b, format, at, n))];
    const lanes = [...own, ...source];
    return own.map((_, n) => ({
      operation,
      x: lanes[2 * n],
      y: lanes[2 * n + 1],
      places: placesOf(b, words[2 * n], words[2 * n + 1]),
    }));
  });

/** MIN and MAX: the source if neither operand is better. */
export function extreme(format: Format, isBetter: (b: LiftBuilder, x: Value, y: Value) => Value): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format) * format.lanes);
    requireMasked(b, destination, source);
    const y = sourceLanes(b, format, source);
    const x = ownLanes(b, format);
    const odd = [...x, ...y].flatMap((value) => [isNan(b, value), isTiny(b, value, format.smallest)]);
    leaveIf(b, any(b, odd), destination, source);
    setLanes(
      b,
      format,
      x.map((value, n) => b.real.let(b.select(isBetter(b, value, y[n]), value, y[n]))),
    );
  };
}
export const isLess = (b: LiftBuilder, x: Value, y: Value): Value => b.real.less(x, y);
export const isGreater = (b: LiftBuilder, x: Value, y: Value): Value => b.real.less(y, x);

// Comparisons.

/** CMPPS and its like: a mask for each lane. */
export function compare(format: Format): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format) * format.lanes);
    requireMasked(b, destination, source);
    const y = sourceLanes(b, format, source);
    const x = ownLanes(b, format);
    const operands = [...x, ...y];
    const tiny = operands.map((value) => isTiny(b, value, format.smallest));
    leaveIf(b, any(b, [...nansOf(b, source, y), ...tiny]), destination, source);
    const masks = x.map((value, n) =>
      b.let(
        b.sub(0, holds(b, format, value, y[n], placesOf(b, ownWord(b, format, n), sourceWord(b, format, source, n)))),
      ),
    );
    writeRegister(b, xmm, 'reg', format.isSingle ? masks : masks.flatMap((mask) => [mask, mask]));
  };
}

/** Whether the immediate's predicate holds of two numbers: EQ LT LE UNORD NEQ NLT NLE ORD. */
function holds(b: LiftBuilder, { isSingle }: Format, x: Value, y: Value, places: Value): Value {
  const predicate = b.field('immediate');
  const kind = b.let(b.and(predicate, 3));
  const orders = [b.real.equal(x, y), b.real.less(x, y), b.real.lessOrEqual(x, y)];
  const base = orders.reduceRight((rest, order, n) => b.select(b.equal(kind, n), order, rest), b.constant(0));
  const ordered = b.xor(base, b.and(b.shr(predicate, 2), 1));
  const isUnordered = b.or(isNan(b, x), isNan(b, y));
  const compare = b.call(isSingle ? 'compareSingles' : 'compareDoubles', b.or(places, b.shl(predicate, 16)));
  return b.select(isUnordered, compare, ordered);
}

/** COMISS, UCOMISS, COMISD, UCOMISD. */
export function compareToFlags(format: Format): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format));
    requireMasked(b, destination, source);
    const [y] = sourceLanes(b, format, source);
    const [x] = ownLanes(b, format);
    const isUnordered = not(b, b.or(b.real.less(x, y), b.real.lessOrEqual(y, x)));
    const tiny = [x, y].map((value) => isTiny(b, value, format.smallest));
    leaveIf(b, any(b, [isUnordered, ...tiny]), destination, source);
    b.flags.afterCompare(b.real.less(x, y), b.real.equal(x, y), 0);
  };
}

// Conversions.

/** Below this, adding and subtracting it rounds to an integer. */
const ROUNDER = 1.5 * 2 ** 52;
const rounded = (b: LiftBuilder, x: Value): Value => b.real.subtract(b.real.add(x, ROUNDER), ROUNDER);
const isNoInteger = (b: LiftBuilder, x: Value): Value =>
  not(b, b.and(b.real.less(-(2 ** 31) - 1, x), b.real.less(x, 2 ** 31)));

/** Words of integers, from lanes of reals; `store` puts them somewhere. */
function toIntegers(
  format: Format,
  truncates: boolean,
  destinationOf: (b: LiftBuilder) => Value,
  store: (b: LiftBuilder, words: Value[]) => void,
): Lift {
  return (b) => {
    const destination = destinationOf(b);
    const source = sourceOf(b, laneBytes(format) * format.lanes);
    requireMasked(b, destination, source);
    const lanes = sourceLanes(b, format, source);
    const whole = truncates ? lanes : lanes.map((x) => b.real.let(rounded(b, x)));
    const words = whole.map((x) => b.let(b.real.toInteger(x)));
    const inexact = lanes.map((x, n) => isInexact(b, x, b.real.fromInteger(words[n])));
    leaveIf(b, any(b, [...whole.map((x) => isNoInteger(b, x)), ...inexact]), destination, source);
    store(b, words);
  };
}

/** CVTSD2SI and its like, to a general register. */
export const toGeneral = (format: Format, truncates: boolean): Lift =>
  toIntegers(
    format,
    truncates,
    (b) => b.field('reg'),
    (b, [word]) => b.set(b.field('reg'), word),
  );

/** CVTPS2DQ and its like: what gets no lane becomes 0. */
export const toPacked = (format: Format, truncates: boolean): Lift =>
  toIntegers(
    format,
    truncates,
    (b) => xmm.word(b, 'reg', 0),
    (b, words) => writeRegister(b, xmm, 'reg', words.length === 4 ? words : [...words, 0, 0]),
  );

/** Integers of the source: a general register or memory, or `count` words of an XMM register or memory. */
export function fromGeneral(format: Format): Lift {
  return (b) => {
    requireSse(b);
    const value = b.let(b.read(1));
    if (!format.isSingle) return b.real.set(xmmDouble(b, 'reg', 0), b.real.fromInteger(value));
    const source: Source = b.isMemory(1)
      ? { place: b.operandAddress(4, 'read'), isMemory: true }
      : { place: b.field('rm'), isMemory: false };
    requireMasked(b, xmm.word(b, 'reg', 0), source);
    setLanes(b, ss, toSingles(b, [value], source));
  };
}

/** CVTDQ2PS. */
export const integersToSingles: Lift = (b) => {
  const source = sourceOf(b, 16);
  requireMasked(b, xmm.word(b, 'reg', 0), source);
  setLanes(b, ps, toSingles(b, integers(b, source, 4), source));
};

function toSingles(b: LiftBuilder, integers: readonly Value[], source: Source): Value[] {
  const singles = integers.map((integer) => b.real.let(b.real.toSingle(b.real.fromInteger(integer))));
  const inexact = singles.map((single, n) => isInexact(b, b.real.fromInteger(integers[n]), single));
  leaveIf(b, any(b, inexact), xmm.word(b, 'reg', 0), source);
  return singles;
}

/** CVTDQ2PD: exact. */
export const integersToDoubles: Lift = (b) => {
  const source = sourceOf(b, 8);
  const values = integers(b, source, 2).map((word) => b.real.let(b.real.fromInteger(word)));
  setLanes(b, pd, values);
};

function integers(b: LiftBuilder, { place, isMemory }: Source, count: 2 | 4): Value[] {
  if (!isMemory) return Array.from({ length: count }, (_, n) => b.get(xmm.word(b, 'rm', n)));
  const window = count === 4 ? b.window(16, place, 'read') : b.window(8, place, 'read', 'any');
  return Array.from({ length: count }, (_, n) => b.loadIn(window, 4 * n));
}

/** Between singles and doubles: the upper half of CVTPD2PS's destination becomes 0. */
export function convert(from: 'PS' | 'PD' | 'SS' | 'SD'): Lift {
  const source = { PS: halfPs, PD: pd, SS: ss, SD: sd }[from];
  const result: Format = source.isSingle ? sd : ss;
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const place = sourceOf(b, laneBytes(source) * source.lanes);
    requireMasked(b, destination, place);
    const lanes = sourceLanes(b, source, place);
    const converted = lanes.map((x) => b.real.let(result.isSingle ? b.real.toSingle(x) : x));
    const odd = lanes.flatMap((x) => [isInfinite(b, x), isTiny(b, x, source.smallest)]);
    const lost = result.isSingle ? converted.flatMap((single, n) => losses(b, lanes[n], single)) : [];
    leaveIf(b, any(b, [...odd, ...lost]), destination, place);
    setLanes(b, result, converted);
    if (from === 'PD') b.real.set(xmmDouble(b, 'reg', 1), 0);
  };
}

/** The exceptions that a double raises when it becomes a single. */
const losses = (b: LiftBuilder, x: Value, single: Value): Value[] => [
  isInfinite(b, single),
  hasUnderflowed(b, single, [x], SINGLE),
  isInexact(b, x, single),
];

// By the trap alone: between MMX registers and XMM registers, and what is rare.

function byTrap(bytes: number, destination: RegisterFile, source: RegisterFile): Lift {
  return (b) => {
    requireSse(b);
    const isMemory = b.isMemory(1);
    if (destination === mmx || (source === mmx && !isMemory)) mmx.require(b);
    const place = isMemory ? vectorAddress(b, bytes, 'read', bytes === 16) : source.word(b, 'rm', 0);
    b.trap('sseReal', b.argument, destination.word(b, 'reg', 0), place, isMemory ? 1 : 0, b.field('immediate'));
  };
}
export const fromMmx: Lift = byTrap(8, xmm, mmx);
export const toMmx = (bytes: 8 | 16): Lift => byTrap(bytes, mmx, xmm);
export const dotProduct: Lift = byTrap(16, xmm, xmm);

/**
 * Real arithmetic of SSE and SSE2. What is lifted holds where no instruction can fault: all exceptions are masked, and results
 * are rounded to nearest (Word.sseMode). Operands and results are normal or 0; infinities, NaNs and what must set PE are
 * left to helpers, the rest (denormals, underflow, SNaNs of singles) with all other settings to the trap sseReal.
 */
import type { StickyName } from '../abi/helpers.ts';
import { SseMode } from '../abi/sse.ts';
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { isNan, mmx, type RegisterFile, requireSse, vectorAddress, writeRegister, xmm, xmmDouble } from './simd.ts';

/** Numbers of an instruction's operands. */
export interface Format {
  readonly isSingle: boolean;
  readonly lanes: 1 | 2 | 4;
  /** Smallest normal number: a result that is not larger may have underflowed. */
  readonly smallest: number;
}
const SINGLE = 2 ** -126;
const DOUBLE = 2 ** -1022;
export const ps: Format = { isSingle: true, lanes: 4, smallest: SINGLE };
export const ss: Format = { isSingle: true, lanes: 1, smallest: SINGLE };
export const pd: Format = { isSingle: false, lanes: 2, smallest: DOUBLE };
export const sd: Format = { isSingle: false, lanes: 1, smallest: DOUBLE };
/** Two singles, which is half of a register. */
const halfPs: Format = { ...ps, lanes: 2 };

const laneBytes = ({ isSingle }: Format): number => (isSingle ? 4 : 8);

// Operands.

/** Where the source is: what sseReal is told. */
interface Source {
  readonly place: Value;
  readonly isMemory: boolean;
}

/** Raises what comes before memory is accessed, and finds the source. */
function sourceOf(b: LiftBuilder, bytes: number): Source {
  requireSse(b);
  if (!b.isMemory(1)) return { place: xmm.word(b, 'rm', 0), isMemory: false };
  return { place: vectorAddress(b, bytes, 'read', bytes === 16), isMemory: true };
}

function leaveIf(b: LiftBuilder, condition: Operand, destination: Value, source: Source): void {
  b.fallback(
    condition,
    'sseReal',
    b.argument,
    destination,
    source.place,
    source.isMemory ? 1 : 0,
    b.field('immediate'),
  );
}

/** Leaves unless results are rounded to nearest and all exceptions are masked, so that no instruction can fault. */
const requireMasked = (b: LiftBuilder, destination: Value, source: Source): void =>
  leaveIf(b, b.notEqual(b.and(b.get(Word.sseMode), SseMode.control), 0), destination, source);

function ownLanes(b: LiftBuilder, format: Format): Value[] {
  return Array.from({ length: format.lanes }, (_, n) => lane(b, format, 'reg', n));
}

const lane = (b: LiftBuilder, { isSingle }: Format, field: 'rm' | 'reg', n: number): Value =>
  isSingle ? b.real.getSingle(xmm.word(b, field, n)) : b.real.get(xmmDouble(b, field, n));

function sourceLanes(b: LiftBuilder, format: Format, source: Source): Value[] {
  const { isSingle, lanes } = format;
  if (!source.isMemory) return Array.from({ length: lanes }, (_, n) => lane(b, format, 'rm', n));
  const bytes = laneBytes(format) * lanes;
  if (bytes === 4) return [b.real.loadSingle(source.place)];
  const window = bytes === 16 ? b.window(16, source.place, 'read') : b.window(8, source.place, 'readAny');
  return Array.from({ length: lanes }, (_, n) =>
    isSingle ? b.real.loadSingle(window, 4 * n) : b.real.load(window, 8 * n),
  );
}

function setLanes(b: LiftBuilder, { isSingle }: Format, values: readonly Value[]): void {
  for (const [n, value] of values.entries()) {
    if (isSingle) b.real.setSingle(xmm.word(b, 'reg', n), value);
    else b.real.set(xmmDouble(b, 'reg', n), value);
  }
}

// What numbers are.

/** Not 0, and not larger than the smallest normal number: denormal, or a result that may have underflowed. */
function isTiny(b: LiftBuilder, x: Value, smallest: number): Value {
  return b.and(b.real.lessOrEqual(b.real.absolute(x), smallest), not(b, isZero(b, x)));
}
/** A NaN or an infinity. */
const isInfinite = (b: LiftBuilder, x: Value): Value =>
  not(b, b.real.less(b.real.absolute(x), Number.POSITIVE_INFINITY));
const isZero = (b: LiftBuilder, x: Value): Value => b.real.equal(x, 0);
const not = (b: LiftBuilder, condition: Value): Value => b.xor(condition, 1);
const any = (b: LiftBuilder, conditions: readonly Value[]): Value => conditions.reduce((all, one) => b.or(all, one));
/** NaNs whose bits helpers cannot find: in memory. */
const nansOf = (b: LiftBuilder, { isMemory }: Source, values: readonly Value[]): Value[] =>
  isMemory ? values.map((value) => isNan(b, value)) : [];
/** Where the lanes of destination and source are in the state, for helpers: words, in two bytes. */
function placesOf(
  b: LiftBuilder,
  { isSingle }: Format,
  { isMemory }: Source,
  n: number,
  field: 'rm' | 'reg' = 'reg',
): Value {
  const word = isSingle ? n : 2 * n;
  return b.or(xmm.word(b, field, word), isMemory ? 0 : b.shl(xmm.word(b, 'rm', word), 8));
}
/** Whether PE is clear, so that an inexact result has to set it. */
const isInexactNew = (b: LiftBuilder): Value => b.notEqual(b.get(Word.sseMode), 0);

/** Whether rounding to this result has to set PE. */
const isInexact = (b: LiftBuilder, exact: Value, result: Value): Value =>
  b.and(isInexactNew(b), not(b, b.real.equal(exact, result)));

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

export function arithmetic(format: Format, { compute, helpers, factors, isUnary = false }: Operation): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format) * format.lanes);
    requireMasked(b, destination, source);
    const y = sourceLanes(b, format, source);
    const x = isUnary ? y : ownLanes(b, format);
    const operands = isUnary ? y : [...x, ...y];
    const results = y.map((_, n) => {
      const exact = compute(b, x[n], y[n]);
      const usual = b.real.let(format.isSingle ? b.real.toSingle(exact) : exact);
      const places = placesOf(b, format, source, n, isUnary && !source.isMemory ? 'rm' : 'reg');
      const helper = b.call(helpers[format.isSingle ? 1 : 0], x[n], y[n], places);
      return b.real.let(b.select(b.or(isInexactNew(b), isInfinite(b, usual)), helper, usual));
    });
    const tiny = operands.map((value) => isTiny(b, value, format.smallest));
    const under = results.map((r, n) => hasUnderflowed(b, r, factors?.(x[n], y[n]) ?? [], format.smallest));
    leaveIf(b, any(b, [...nansOf(b, source, y), ...tiny, ...under]), destination, source);
    setLanes(b, format, results);
  };
}

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
    const masks = x.map((value, n) => b.let(b.sub(0, holds(b, format, value, y[n], placesOf(b, format, source, n)))));
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
  const window = count === 4 ? b.window(16, place, 'read') : b.window(8, place, 'readAny');
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

/** What exceptions a double raises when it becomes a single. */
const losses = (b: LiftBuilder, x: Value, single: Value): Value[] => [
  isInfinite(b, single),
  hasUnderflowed(b, single, [x], SINGLE),
  isInexact(b, x, single),
];

// Between MMX registers and XMM registers: by the trap alone.

function byTrap(bytes: number, destination: RegisterFile, source: RegisterFile): Lift {
  return (b) => {
    requireSse(b);
    const isMemory = b.isMemory(1);
    if (destination === mmx || !isMemory) mmx.require(b);
    const place = isMemory ? vectorAddress(b, bytes, 'read', bytes === 16) : source.word(b, 'rm', 0);
    b.trap('sseReal', b.argument, destination.word(b, 'reg', 0), place, isMemory ? 1 : 0, 0);
  };
}
export const fromMmx: Lift = byTrap(8, xmm, mmx);
export const toMmx = (bytes: 8 | 16): Lift => byTrap(bytes, mmx, xmm);

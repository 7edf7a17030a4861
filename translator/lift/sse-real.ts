/**
 * Real arithmetic of SSE and SSE2. What is lifted holds where nothing but PE would be raised, and that has been before: all
 * exceptions are masked, results are rounded to nearest (Word.sseMode is 0), operands and results are normal or 0. Every
 * other case is left to the trap sseReal.
 */
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { mmx, type RegisterFile, requireSse, vectorAddress, writeRegister, xmm, xmmDouble } from './simd.ts';

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

const requireDefaults = (b: LiftBuilder, destination: Value, source: Source): void =>
  leaveIf(b, b.notEqual(b.get(Word.sseMode), 0), destination, source);

function ownLanes(b: LiftBuilder, format: Format): Value[] {
  return Array.from({ length: format.lanes }, (_, n) => lane(b, format, 'reg', n));
}

const lane = (b: LiftBuilder, { isSingle }: Format, field: 'rm' | 'reg', n: number): Value =>
  isSingle ? b.real.getSingle(xmm.word(b, field, n)) : b.real.get(xmmDouble(b, field, n));

function sourceLanes(b: LiftBuilder, format: Format, source: Source): Value[] {
  const { isSingle, lanes } = format;
  if (!source.isMemory) return Array.from({ length: lanes }, (_, n) => lane(b, format, 'rm', n));
  const bytes = laneBytes(format) * lanes;
  const load = (offset?: number) => (isSingle ? b.real.loadSingle(at, offset) : b.real.load(at, offset));
  const at = bytes === 16 ? b.window(16, source.place, 'read') : source.place;
  if (bytes === 16) return Array.from({ length: lanes }, (_, n) => load(laneBytes(format) * n));
  if (lanes === 1) return [load()];
  return [b.real.loadSingle(at), b.real.loadSingle(b.let(b.add(at, 4)))];
}

function setLanes(b: LiftBuilder, { isSingle }: Format, values: readonly Value[]): void {
  for (const [n, value] of values.entries()) {
    if (isSingle) b.real.setSingle(xmm.word(b, 'reg', n), value);
    else b.real.set(xmmDouble(b, 'reg', n), value);
  }
}

// What numbers are.

/** Neither 0 nor normal, and larger than `smallest`: a NaN, an infinity, a denormal. */
function isOdd(b: LiftBuilder, x: Value, smallest: number): Value {
  const magnitude = b.real.absolute(x);
  const isNormal = b.and(b.real.less(smallest, magnitude), b.real.less(magnitude, Number.POSITIVE_INFINITY));
  return not(b, b.or(isNormal, isZero(b, x)));
}
const isZero = (b: LiftBuilder, x: Value): Value => b.real.equal(x, 0);
const not = (b: LiftBuilder, condition: Value): Value => b.xor(condition, 1);
const any = (b: LiftBuilder, conditions: readonly Value[]): Value => conditions.reduce((all, one) => b.or(all, one));

// Arithmetic.

/** An operation of which each lane is computed from one of the destination and one of the source. */
interface Operation {
  compute(b: LiftBuilder, x: Value, y: Value): Value;
  /** What, of odd operands and results apart, is not covered. */
  isBeyond?(b: LiftBuilder, x: Value, y: Value, result: Value): Value;
  /** The destination's old value is no operand. */
  readonly isUnary?: boolean;
}

const add: Operation = { compute: (b, x, y) => b.real.add(x, y) };
const sub: Operation = { compute: (b, x, y) => b.real.subtract(x, y) };
/** A product that is 0 has underflowed, unless a factor is 0. */
const mul: Operation = {
  compute: (b, x, y) => b.real.multiply(x, y),
  isBeyond: (b, x, y, result) => b.and(isZero(b, result), not(b, b.or(isZero(b, x), isZero(b, y)))),
};
const div: Operation = {
  compute: (b, x, y) => b.real.divide(x, y),
  isBeyond: (b, x, _y, result) => b.and(isZero(b, result), not(b, isZero(b, x))),
};
const sqrt: Operation = {
  compute: (b, _x, y) => b.real.squareRoot(y),
  isBeyond: (b, _x, y) => b.real.less(y, 0),
  isUnary: true,
};
const min: Operation = { compute: (b, x, y) => b.select(b.real.less(x, y), x, y) };
const max: Operation = { compute: (b, x, y) => b.select(b.real.less(y, x), x, y) };
export const operations = { ADD: add, MUL: mul, SUB: sub, MIN: min, DIV: div, MAX: max, SQRT: sqrt } as const;

export function arithmetic(format: Format, { compute, isBeyond, isUnary = false }: Operation): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format) * format.lanes);
    requireDefaults(b, destination, source);
    const y = sourceLanes(b, format, source);
    const x = isUnary ? y : ownLanes(b, format);
    const results = y.map((_, n) => {
      const exact = compute(b, x[n], y[n]);
      return b.real.let(format.isSingle ? b.real.toSingle(exact) : exact);
    });
    const odd = [...(isUnary ? [] : x), ...y, ...results].map((value) => isOdd(b, value, format.smallest));
    const beyond = isBeyond ? results.map((result, n) => isBeyond(b, x[n], y[n], result)) : [];
    leaveIf(b, any(b, [...odd, ...beyond]), destination, source);
    setLanes(b, format, results);
  };
}

// Comparisons.

/** CMPPS and its like: a mask for each lane. */
export function compare(format: Format): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format) * format.lanes);
    requireDefaults(b, destination, source);
    const y = sourceLanes(b, format, source);
    const x = ownLanes(b, format);
    leaveIf(
      b,
      any(
        b,
        [...x, ...y].map((value) => isOdd(b, value, format.smallest)),
      ),
      destination,
      source,
    );
    const masks = x.map((value, n) => b.let(b.sub(0, holds(b, value, y[n]))));
    writeRegister(b, xmm, 'reg', format.isSingle ? masks : masks.flatMap((mask) => [mask, mask]));
  };
}

/** Whether the immediate's predicate holds of two numbers: EQ LT LE UNORD NEQ NLT NLE ORD. */
function holds(b: LiftBuilder, x: Value, y: Value): Value {
  const kind = b.let(b.and(b.field('immediate'), 3));
  const isNegated = b.and(b.shr(b.field('immediate'), 2), 1);
  const orders = [b.real.equal(x, y), b.real.less(x, y), b.real.lessOrEqual(x, y)];
  const base = orders.reduceRight((rest, order, n) => b.select(b.equal(kind, n), order, rest), b.constant(0));
  return b.xor(base, isNegated);
}

/** COMISS, UCOMISS, COMISD, UCOMISD. */
export function compareToFlags(format: Format): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format));
    // Only the operands matter: nothing is rounded.
    requireDefaults(b, destination, source);
    const [y] = sourceLanes(b, format, source);
    const [x] = ownLanes(b, format);
    leaveIf(
      b,
      any(
        b,
        [x, y].map((value) => isOdd(b, value, format.smallest)),
      ),
      destination,
      source,
    );
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
    requireDefaults(b, destination, source);
    const lanes = sourceLanes(b, format, source);
    const whole = truncates ? lanes : lanes.map((x) => b.real.let(rounded(b, x)));
    leaveIf(
      b,
      any(
        b,
        whole.map((x) => isNoInteger(b, x)),
      ),
      destination,
      source,
    );
    store(
      b,
      whole.map((x) => b.let(b.real.toInteger(x))),
    );
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
    requireDefaults(b, xmm.word(b, 'reg', 0), source);
    b.real.setSingle(xmm.word(b, 'reg', 0), b.real.toSingle(b.real.fromInteger(value)));
  };
}

/** CVTDQ2PS. */
export const integersToSingles: Lift = (b) => {
  const source = sourceOf(b, 16);
  requireDefaults(b, xmm.word(b, 'reg', 0), source);
  const values = integers(b, source, 4).map((word) => b.real.let(b.real.toSingle(b.real.fromInteger(word))));
  setLanes(b, ps, values);
};

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
    requireDefaults(b, destination, place);
    const lanes = sourceLanes(b, source, place);
    const converted = lanes.map((x) => b.real.let(result.isSingle ? b.real.toSingle(x) : x));
    const odd = [
      ...lanes.map((x) => isOdd(b, x, source.smallest)),
      // A double that is too small for a single has become 0.
      ...(result.isSingle ? converted.map((x, n) => isLost(b, lanes[n], x)) : []),
    ];
    leaveIf(b, any(b, odd), destination, place);
    setLanes(b, result, converted);
    if (from === 'PD') b.real.set(xmmDouble(b, 'reg', 1), 0);
  };
}

const isLost = (b: LiftBuilder, x: Value, single: Value): Value =>
  b.or(isOdd(b, single, SINGLE), b.and(isZero(b, single), not(b, isZero(b, x))));

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

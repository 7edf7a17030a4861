/** Operands of real instructions of SSE as lanes, and when these leave an instruction to the trap sseReal (sse-real.ts). */
import { SseMode } from '../abi/sse.ts';
import { Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { LiftBuilder, Operand } from './lifter.ts';
import { isNan, requireSse, vectorAddress, xmm, xmmDouble } from './simd.ts';

/** Numbers of an instruction's operands. */
export interface Format {
  readonly isSingle: boolean;
  readonly lanes: 1 | 2 | 4;
  /** Smallest normal number: a result that is not larger may have underflowed. */
  readonly smallest: number;
}
export const SINGLE = 2 ** -126;
const DOUBLE = 2 ** -1022;
export const ps: Format = { isSingle: true, lanes: 4, smallest: SINGLE };
export const ss: Format = { isSingle: true, lanes: 1, smallest: SINGLE };
export const pd: Format = { isSingle: false, lanes: 2, smallest: DOUBLE };
export const sd: Format = { isSingle: false, lanes: 1, smallest: DOUBLE };
/** Two singles, which is half of a register. */
export const halfPs: Format = { ...ps, lanes: 2 };

export const laneBytes = ({ isSingle }: Format): number => (isSingle ? 4 : 8);

// Operands.

/** Where the source is: what sseReal is told. */
export interface Source {
  readonly place: Value;
  readonly isMemory: boolean;
}

/** Raises what comes before memory is accessed, and finds the source. */
export function sourceOf(b: LiftBuilder, bytes: number): Source {
  requireSse(b);
  if (!b.isMemory(1)) return { place: xmm.word(b, 'rm', 0), isMemory: false };
  return { place: vectorAddress(b, bytes, 'read', bytes === 16), isMemory: true };
}

export function leaveIf(b: LiftBuilder, condition: Operand, destination: Value, source: Source): void {
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
export const requireMasked = (b: LiftBuilder, destination: Value, source: Source): void =>
  leaveIf(b, b.notEqual(b.and(b.get(Word.sseMode), SseMode.control), 0), destination, source);

export function ownLanes(b: LiftBuilder, format: Format): Value[] {
  return Array.from({ length: format.lanes }, (_, n) => lane(b, format, 'reg', n));
}

const lane = (b: LiftBuilder, { isSingle }: Format, field: 'rm' | 'reg', n: number): Value =>
  isSingle ? b.real.getSingle(xmm.word(b, field, n)) : b.real.get(xmmDouble(b, field, n));

export function sourceLanes(b: LiftBuilder, format: Format, source: Source): Value[] {
  const { isSingle, lanes } = format;
  if (!source.isMemory) return Array.from({ length: lanes }, (_, n) => lane(b, format, 'rm', n));
  const bytes = laneBytes(format) * lanes;
  if (bytes === 4) return [b.real.loadSingle(source.place)];
  const window = bytes === 16 ? b.window(16, source.place, 'read') : b.window(8, source.place, 'read', 'any');
  return Array.from({ length: lanes }, (_, n) =>
    isSingle ? b.real.loadSingle(window, 4 * n) : b.real.load(window, 8 * n),
  );
}

export function setLanes(b: LiftBuilder, { isSingle }: Format, values: readonly Value[]): void {
  for (const [n, value] of values.entries()) {
    if (isSingle) b.real.setSingle(xmm.word(b, 'reg', n), value);
    else b.real.set(xmmDouble(b, 'reg', n), value);
  }
}

// What numbers are.

/** Not 0, and not larger than the smallest normal number: denormal, or a result that may have underflowed. */
export function isTiny(b: LiftBuilder, x: Value, smallest: number): Value {
  return b.and(b.real.lessOrEqual(b.real.absolute(x), smallest), not(b, isZero(b, x)));
}
/** A NaN or an infinity. */
export const isInfinite = (b: LiftBuilder, x: Value): Value =>
  not(b, b.real.less(b.real.absolute(x), Number.POSITIVE_INFINITY));
export const isZero = (b: LiftBuilder, x: Value): Value => b.real.equal(x, 0);
export const not = (b: LiftBuilder, condition: Value): Value => b.xor(condition, 1);
export const any = (b: LiftBuilder, conditions: readonly Value[]): Value =>
  conditions.reduce((all, one) => b.or(all, one));
/** NaNs whose bits helpers cannot find: in memory. */
export const nansOf = (b: LiftBuilder, { isMemory }: Source, values: readonly Value[]): Value[] =>
  isMemory ? values.map((value) => isNan(b, value)) : [];
/** Where a lane is in the state, for helpers: a word; 0 if it is in memory. */
export const ownWord = (b: LiftBuilder, { isSingle }: Format, n: number): Value =>
  xmm.word(b, 'reg', isSingle ? n : 2 * n);
export const sourceWord = (b: LiftBuilder, { isSingle }: Format, { isMemory }: Source, n: number): Operand =>
  isMemory ? 0 : xmm.word(b, 'rm', isSingle ? n : 2 * n);
/** Two of these in two bytes. */
export const placesOf = (b: LiftBuilder, first: Operand, second: Operand): Value => b.or(first, b.shl(second, 8));
/** Whether PE is clear, so that an inexact result has to set it. */
export const isInexactNew = (b: LiftBuilder): Value => b.notEqual(b.get(Word.sseMode), 0);

/** Whether rounding to this result has to set PE. */
export const isInexact = (b: LiftBuilder, exact: Value, result: Value): Value =>
  b.and(isInexactNew(b), not(b, b.real.equal(exact, result)));

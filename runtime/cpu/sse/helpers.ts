/**
 * Real arithmetic of one lane where MXCSR masks every exception and rounds to nearest: what inline code calls for results
 * that are not finite, or inexact for the first time. Exact in every case; sets the exception flags.
 */
import type { StickyName } from '../../../translator/abi/helpers.ts';
import { Word } from '../../../translator/abi/state.ts';
import { Exception } from '../x87/context.ts';
import { isMiddlingOrZero } from '../x87/sum-rounding.ts';
import { compare, operations } from './arithmetic.ts';
import { type ErrorOf, errorsOf, type PlainName, type PlainOperation, plainOperations, smallestOf } from './lanes.ts';
import { updateSseMode } from './mode.ts';
import { doubles, type Encoding, indefinite, Surroundings, singles } from './number.ts';

/** A function of the helper table that sets flags in the state it is bound to. */
export type StickyHelper = (x: number, y: number, z: number) => number;

const scratch = new Float64Array(1);
const scratchSingles = new Float32Array(scratch.buffer);
const words = new Int32Array(scratch.buffer);
const quadwords = new BigUint64Array(scratch.buffer);

/** The bits of a lane that is in the state from a word on. */
function bitsAt(state: Int32Array, { bytes }: Encoding, word: number): bigint {
  words[0] = state[word]!;
  words[1] = bytes === 8 ? state[word + 1]! : 0;
  return quadwords[0]!;
}

/** The bits of a number in a format; of a NaN they may be others than they were. */
function bitsOf(encoding: Encoding, value: number): bigint {
  if (encoding === singles) {
    scratchSingles[0] = value;
    return BigInt(words[0]! >>> 0);
  }
  scratch[0] = value;
  return quadwords[0]!;
}

function numberOf(encoding: Encoding, bits: bigint): number {
  quadwords[0] = bits;
  return encoding === singles ? scratchSingles[0]! : scratch[0]!;
}

/** Sets exception flags. */
function raise(state: Int32Array, exceptions: number): void {
  if ((exceptions & ~state[Word.mxcsr]!) === 0) return;
  state[Word.mxcsr]! |= exceptions;
  updateSseMode(state);
}

/** One operation in one format. */
class Operation {
  readonly #state: Int32Array;
  readonly #encoding: Encoding;
  readonly #name: PlainName;
  readonly #compute: PlainOperation;
  readonly #errorOf: ErrorOf;
  readonly #smallest: number;

  constructor(state: Int32Array, encoding: Encoding, name: PlainName) {
    this.#state = state;
    this.#encoding = encoding;
    this.#name = name;
    this.#compute = plainOperations[name];
    this.#errorOf = errorsOf[name];
    this.#smallest = smallestOf(encoding);
  }

  run(x: number, y: number, places: number): number {
    const wide = this.#compute(x, y);
    const result = this.#encoding === singles ? Math.fround(wide) : wide;
    if (Number.isNaN(result)) return this.#withoutResult(x, y, places);
    if (Math.abs(result) === Infinity) return this.#infinite(x, y, result);
    if (!this.#isKnown(x, y, result)) return this.#exactly(x, y);
    if (result !== wide || this.#errorOf(x, y, wide) !== 0) raise(this.#state, Exception.precision);
    return result;
  }

  /** Whether inexactness can be computed: the magnitudes let it, and nothing is denormal. */
  #isKnown(x: number, y: number, result: number): boolean {
    if (!isMiddlingOrZero(x) || !isMiddlingOrZero(y)) return false;
    if (this.#isTiny(x) || this.#isTiny(y)) return false;
    if (result === 0) return this.#name === 'ADD' || this.#name === 'SUB' || x === 0 || y === 0;
    return isMiddlingOrZero(result) && !this.#isTiny(result);
  }

  #isTiny(x: number): boolean {
    return Math.abs(x) <= this.#smallest && x !== 0;
  }

  /** The result is a NaN; of one in memory, which is not in the state (place 0), the bits don't matter. */
  #withoutResult(x: number, y: number, places: number): number {
    const encoding = this.#encoding;
    const state = this.#state;
    const [isFirst, isSecond] = [Number.isNaN(x), Number.isNaN(y)];
    if (!isFirst && !isSecond) return this.#exactly(x, y);
    const [first, second] = [places & 0xff, places >> 8];
    const isKnown = (place: number) => place !== 0 && isQuiet(state, place);
    const areQuiet = (!isFirst || isKnown(first)) && (!isSecond || isKnown(second));
    if (encoding === doubles && areQuiet) return doubleAt(state, isFirst ? first : second);
    const bits = (place: number, value: number) => (place ? bitsAt(state, encoding, place) : bitsOf(encoding, value));
    return this.#ofBits(bits(first, x), bits(second, y));
  }

  #infinite(x: number, y: number, result: number): number {
    const isFromInfinity = Math.abs(x) === Infinity || Math.abs(y) === Infinity;
    if (this.#isTiny(x) || this.#isTiny(y)) return this.#exactly(x, y);
    if (isFromInfinity) return result;
    raise(this.#state, y === 0 ? Exception.zeroDivide : Exception.overflow | Exception.precision);
    return result;
  }

  /** By integers. */
  #exactly(x: number, y: number): number {
    return this.#ofBits(bitsOf(this.#encoding, x), bitsOf(this.#encoding, y));
  }

  #ofBits(first: bigint, second: bigint): number {
    const encoding = this.#encoding;
    const state = this.#state;
    const context = new Surroundings(state[Word.mxcsr]!);
    const bits = operations[this.#name]!(context, encoding, first, second);
    raise(state, context.raised);
    return numberOf(encoding, bits);
  }
}

/** Bit 51 of a double in the state, which quiet NaNs have set. */
const isQuiet = (state: Int32Array, place: number): boolean => (state[place + 1]! & 0x80000) !== 0;

function doubleAt(state: Int32Array, place: number): number {
  words[0] = state[place]!;
  words[1] = state[place + 1]!;
  return scratch[0]!;
}

/** Whether the predicate of CMPPD holds of two lanes of the state. */
function comparison(state: Int32Array, encoding: Encoding): StickyHelper {
  return (places) => {
    const predicate = (places >> 16) & 7;
    // No order holds; with IE set there is no flag to raise.
    if (state[Word.mxcsr]! & Exception.invalid) return predicate >= 3 && predicate !== 7 ? 1 : 0;
    const context = new Surroundings(state[Word.mxcsr]!);
    // What is in memory (place 0) is unordered with a NaN whatever it is: a quiet one stands for it.
    const bitsOrNan = (place: number) => (place ? bitsAt(state, encoding, place) : indefinite(encoding));
    const [first, second] = [places & 0xff, (places >> 8) & 0xff].map(bitsOrNan);
    const bits = compare(predicate)(context, encoding, first!, second!);
    raise(state, context.raised);
    return bits === 0n ? 0 : 1;
  };
}

const names: Readonly<Record<PlainName, readonly [doubleName: StickyName, singleName: StickyName]>> = {
  ADD: ['addDoubles', 'addSingles'],
  SUB: ['subtractDoubles', 'subtractSingles'],
  MUL: ['multiplyDoubles', 'multiplySingles'],
  DIV: ['divideDoubles', 'divideSingles'],
  SQRT: ['rootOfDouble', 'rootOfSingle'],
};

/** The helpers for a CPU's state. */
export function stickyHelpers(state: Int32Array): Record<StickyName, StickyHelper> {
  const helpers = (Object.keys(names) as PlainName[]).flatMap((name) =>
    [doubles, singles].map((encoding, n): [string, StickyHelper] => {
      const bound = new Operation(state, encoding, name);
      return [names[name][n]!, (x, y, places) => bound.run(x, y, places)];
    }),
  );
  const comparisons = { compareDoubles: comparison(state, doubles), compareSingles: comparison(state, singles) };
  return { ...Object.fromEntries(helpers), ...comparisons } as Record<StickyName, StickyHelper>;
}

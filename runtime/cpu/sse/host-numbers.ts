/**
 * Arithmetic by the host's own numbers of what inline code doesn't cover: denormal operands and results, and rounding that is not to nearest; where
 * MXCSR masks every exception and has the flags already that it would set (Intel SDM vol. 1, 4.8.4, 4.9.1.2, 4.9.1.5, 10.2.3.3, 10.2.3.4). Doubles and
 * singles of JavaScript have denormals as well; what is computed of singles as doubles and rounded once more to nearest is rounded rightly (Figueroa
 * 1995). In other directions the error of the nearest result tells whether it is to be the next one. All else is left to integers (execute.ts).
 */
import { Mxcsr, realInstructions } from '../../../translator/abi/sse.ts';
import { Word } from '../../../translator/abi/state.ts';
import type { Cpu } from '../cpu.ts';
import { Exception, Rounding } from '../x87/context.ts';
import { isMiddling, isMiddlingOrZero } from '../x87/sum-rounding.ts';
import {
  type ErrorOf,
  errorsOf,
  formats,
  type Operands,
  type PlainOperation,
  plainOperations,
  smallestOf,
} from './lanes.ts';
import { singles } from './number.ts';

interface Computation {
  readonly compute: PlainOperation;
  readonly errorOf?: ErrorOf;
  /** The result is one of the operands, as it is: MIN and MAX. */
  readonly chooses?: boolean;
  /** All sums of numbers that are multiples of the smallest denormal are exact where they are below the smallest normal number. */
  readonly isSum?: boolean;
  /** Only the source is an operand. */
  readonly isUnary?: boolean;
}

const { ADD, SUB, MUL, DIV, SQRT } = plainOperations;
const computations: Readonly<Record<string, Computation>> = {
  ADD: { compute: ADD, errorOf: errorsOf.ADD, isSum: true },
  SUB: { compute: SUB, errorOf: errorsOf.SUB, isSum: true },
  MUL: { compute: MUL, errorOf: errorsOf.MUL },
  DIV: { compute: DIV, errorOf: errorsOf.DIV },
  SQRT: { compute: SQRT, errorOf: errorsOf.SQRT, isUnary: true },
  MIN: { compute: (x, y) => (x < y ? x : y), chooses: true },
  MAX: { compute: (x, y) => (y < x ? x : y), chooses: true },
};

interface Instruction extends Computation {
  readonly isSingle: boolean;
  readonly lanes: number;
  readonly words: number;
  /** The smallest normal number. */
  readonly smallest: number;
}

function instructionOf(name: string): Instruction | undefined {
  const [computation, format] = [computations[name.slice(0, -2)], formats[name.slice(-2)]];
  if (computation === undefined || format === undefined) return undefined;
  const [encoding, lanes] = format;
  return {
    ...computation,
    isSingle: encoding === singles,
    lanes,
    words: (lanes * encoding.bytes) / 4,
    smallest: smallestOf(encoding),
  };
}

const instructions = realInstructions.map(instructionOf);

/** Operands and results, as words and as numbers. */
class Register {
  readonly words = new Int32Array(4);
  readonly #singles = new Float32Array(this.words.buffer);
  readonly #doubles = new Float64Array(this.words.buffer);

  get(isSingle: boolean, lane: number): number {
    return isSingle ? this.#singles[lane]! : this.#doubles[lane]!;
  }

  set(isSingle: boolean, lane: number, value: number): void {
    if (isSingle) this.#singles[lane] = value;
    else this.#doubles[lane] = value;
  }
}

const own = new Register();
const other = new Register();

const { denormal, underflow, precision } = Exception;

/** Words of an instruction's source in memory, of one that {@link computeByNumbers} knows. Raises #PF. */
export function loadSource({ memory }: Cpu, number: number, linear: number): number[] {
  const words: number[] = [];
  for (let n = 0; n < (instructions[number]?.words ?? 0); n++) words.push(memory.current.load32(linear + 4 * n));
  return words;
}

/**
 * Executes the real instruction of that number (translator/abi/sse.ts), or changes nothing: false. The caller knows that SSE instructions
 * can be executed, and has loaded the source.
 */
export function computeByNumbers({ state }: Pick<Cpu, 'state'>, number: number, operands: Operands): boolean {
  const instruction = instructions[number];
  const mxcsr = state[Word.mxcsr]!;
  if (instruction === undefined || (mxcsr & Mxcsr.masks) !== Mxcsr.masks) return false;
  const { words } = instruction;
  const { destination, source, inMemory, loaded } = operands;
  for (let n = 0; n < words; n++) {
    own.words[n] = state[destination + n]!;
    other.words[n] = inMemory ? loaded[n]! : state[source + n]!;
  }
  for (let lane = 0; lane < instruction.lanes; lane++) {
    if (!computeLane(instruction, mxcsr, lane)) return false;
  }
  for (let n = 0; n < words; n++) state[destination + n] = own.words[n]!;
  return true;
}

/** Puts a lane's result into `own`; false if a flag would have to be set, or there is anything that is not finite. */
function computeLane(instruction: Instruction, mxcsr: number, lane: number): boolean {
  const { isSingle, smallest, isUnary } = instruction;
  const source = other.get(isSingle, lane);
  const first = isUnary ? source : own.get(isSingle, lane);
  const areZeros = (mxcsr & Mxcsr.denormalsAreZeros) !== 0;
  const [x, y] = areZeros ? [withoutDenormals(first, smallest), withoutDenormals(source, smallest)] : [first, source];
  const result = rounded(instruction, x, y, (mxcsr & Mxcsr.rounding) >> 13);
  // Infinities and NaNs give others, or are what an exception gives.
  if (!(Math.abs(x) < Infinity && Math.abs(y) < Infinity && Math.abs(result) < Infinity)) return false;
  const operandFlags = isTiny(x, smallest) || isTiny(y, smallest) ? denormal : 0;
  const flushes = (mxcsr & Mxcsr.flushToZero) !== 0 && !instruction.chooses && isTiny(result, smallest);
  own.set(isSingle, lane, flushes ? result * 0 : result);
  // Rounded with more places the smallest normal number may have been below.
  if (!instruction.chooses && Math.abs(result) === smallest) return false;
  const flags = operandFlags | (flushes ? underflow | precision : flagsOf(instruction, result));
  return (flags & ~mxcsr) === 0;
}

/** The result as it is rounded in that mode; NaN where it cannot be said. */
function rounded(
  { compute, errorOf, isSingle, isSum = false }: Instruction,
  x: number,
  y: number,
  rounding: number,
): number {
  const wide = compute(x, y);
  const result = isSingle ? Math.fround(wide) : wide;
  if (rounding === Rounding.nearest || errorOf === undefined || Math.abs(result) === Infinity) return result;
  if (wide === 0) return isExactZero(x, y, isSum, rounding) ? result : Number.NaN;
  if (!isMiddling(wide) || !isMiddlingOrZero(x) || !isMiddlingOrZero(y)) return Number.NaN;
  const error = result === wide ? errorOf(x, y, wide) : wide - result;
  return isNext(result, error, rounding) ? next(isSingle, result, error > 0) : result;
}

/** A product or quotient may be too small to be told from one; a sum is, except for its sign where it is rounded down. */
const isExactZero = (x: number, y: number, isSum: boolean, rounding: number): boolean =>
  isSum ? rounding !== Rounding.down : x === 0 || y === 0;

/** Whether a number that is short of the exact one by `error` is not the one that it is rounded to. */
function isNext(nearest: number, error: number, rounding: number): boolean {
  if (error === 0) return false;
  if (rounding === Rounding.up) return error > 0;
  if (rounding === Rounding.down) return error < 0;
  return error > 0 !== nearest > 0 && nearest !== 0;
}

const neighbour = new Register();

/** The next number of the format above or below: of numbers of the same sign, bits are in the order of magnitudes. */
function next(isSingle: boolean, value: number, isAbove: boolean): number {
  const { words } = neighbour;
  if (value === 0) {
    neighbour.set(isSingle, 0, isAbove ? 0 : -0);
    words[0]!++;
    return neighbour.get(isSingle, 0);
  }
  neighbour.set(isSingle, 0, value);
  const step = value > 0 === isAbove ? 1 : -1;
  words[0]! += step;
  if (!isSingle && words[0] === (step > 0 ? 0 : -1)) words[1]! += step;
  return neighbour.get(isSingle, 0);
}

const isTiny = (value: number, smallest: number): boolean => Math.abs(value) < smallest && value !== 0;

/** A denormal becomes a zero with its sign. */
const withoutDenormals = (value: number, smallest: number): number => (isTiny(value, smallest) ? value * 0 : value);

/** Exception flags that a result may have to set. */
function flagsOf({ smallest, isSum, chooses }: Instruction, result: number): number {
  if (chooses) return 0;
  if (Math.abs(result) > smallest) return precision;
  return isSum ? 0 : underflow | precision;
}

/**
 * Arithmetic with denormal operands or results by the host's own numbers, where MXCSR masks every exception, rounds to nearest, and has the flags
 * already that it would set (Intel SDM vol. 1, 4.9.1.2, 4.9.1.5, 10.2.3.3, 10.2.3.4). Doubles and singles of JavaScript have denormals as well; what
 * is computed of singles as doubles and rounded once more is rounded rightly (Figueroa 1995). All else is left to integers (execute.ts).
 */
import { Mxcsr, realInstructions } from '../../../translator/abi/sse.ts';
import { Word } from '../../../translator/abi/state.ts';
import type { Cpu } from '../cpu.ts';
import { Exception } from '../x87/context.ts';
import { formats, type Operands, type PlainOperation, plainOperations, smallestOf } from './lanes.ts';
import { singles } from './number.ts';

interface Computation {
  readonly compute: PlainOperation;
  /** The result is one of the operands, as it is: MIN and MAX. */
  readonly chooses?: boolean;
  /** A result below the smallest normal number is exact: all sums of numbers that are multiples of the smallest denormal. */
  readonly isExactWhenTiny?: boolean;
  /** Only the source is an operand. */
  readonly isUnary?: boolean;
}

const { ADD, SUB, MUL, DIV, SQRT } = plainOperations;
const computations: Readonly<Record<string, Computation>> = {
  ADD: { compute: ADD, isExactWhenTiny: true },
  SUB: { compute: SUB, isExactWhenTiny: true },
  MUL: { compute: MUL },
  DIV: { compute: DIV },
  SQRT: { compute: SQRT, isUnary: true },
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
  private readonly singles = new Float32Array(this.words.buffer);
  private readonly doubles = new Float64Array(this.words.buffer);

  get(isSingle: boolean, lane: number): number {
    return isSingle ? this.singles[lane]! : this.doubles[lane]!;
  }

  set(isSingle: boolean, lane: number, value: number): void {
    if (isSingle) this.singles[lane] = value;
    else this.doubles[lane] = value;
  }
}

const own = new Register();
const other = new Register();

const { denormal, underflow, precision } = Exception;

/** Words of an instruction's source in memory, of one that {@link computeDenormals} knows. Raises #PF. */
export function loadSource({ memory }: Cpu, number: number, linear: number): number[] {
  const words: number[] = [];
  for (let n = 0; n < (instructions[number]?.words ?? 0); n++) words.push(memory.load32(linear + 4 * n));
  return words;
}

/**
 * Executes the real instruction of that number (translator/abi/sse.ts), or changes nothing: false. The caller knows that SSE instructions
 * can be executed, and has loaded the source.
 */
export function computeDenormals({ state }: Pick<Cpu, 'state'>, number: number, operands: Operands): boolean {
  const instruction = instructions[number];
  const mxcsr = state[Word.mxcsr]!;
  if (instruction === undefined || (mxcsr & (Mxcsr.masks | Mxcsr.rounding)) !== Mxcsr.masks) return false;
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
  const wide = instruction.compute(x, y);
  const result = isSingle ? Math.fround(wide) : wide;
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

const isTiny = (value: number, smallest: number): boolean => Math.abs(value) < smallest && value !== 0;

/** A denormal becomes a zero with its sign. */
const withoutDenormals = (value: number, smallest: number): number => (isTiny(value, smallest) ? value * 0 : value);

/** What may have to be set for a result. */
function flagsOf({ smallest, isExactWhenTiny, chooses }: Instruction, result: number): number {
  if (chooses) return 0;
  if (Math.abs(result) > smallest) return precision;
  return isExactWhenTiny ? 0 : underflow | precision;
}

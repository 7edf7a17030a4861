/**
 * Arithmetic with denormal operands or results by the host's own numbers, where MXCSR masks every exception, rounds to nearest, and has the flags
 * already that it would set (Intel SDM vol. 1, 4.9.1.2, 4.9.1.5, 10.2.3.3, 10.2.3.4). Doubles and singles of JavaScript have denormals as well; what
 * is computed of singles as doubles and rounded once more is rounded rightly (Figueroa 1995). All else is left to integers (execute.ts).
 */
import { Mxcsr, realInstructions } from '../../../translator/abi/sse.ts';
import { Word } from '../../../translator/abi/state.ts';
import type { Cpu } from '../cpu.ts';
import { Exception } from '../x87/context.ts';

/** Where an instruction's operands are: state words, but the source may be at a linear address. */
interface Places {
  readonly destination: number;
  readonly source: number;
  readonly inMemory: boolean;
}

interface Computation {
  compute(x: number, y: number): number;
  /** The result is one of the operands, as it is: MIN and MAX. */
  readonly chooses?: boolean;
  /** A result below the smallest normal number is exact: all sums of numbers that are multiples of the smallest denormal. */
  readonly isExactWhenTiny?: boolean;
  /** Only the source is an operand. */
  readonly isUnary?: boolean;
}

const computations: Readonly<Record<string, Computation>> = {
  ADD: { compute: (x, y) => x + y, isExactWhenTiny: true },
  SUB: { compute: (x, y) => x - y, isExactWhenTiny: true },
  MUL: { compute: (x, y) => x * y },
  DIV: { compute: (x, y) => x / y },
  SQRT: { compute: (_x, y) => Math.sqrt(y), isUnary: true },
  MIN: { compute: (x, y) => (x < y ? x : y), chooses: true },
  MAX: { compute: (x, y) => (y < x ? x : y), chooses: true },
};

const lanesOf: Readonly<Record<string, number>> = { PS: 4, SS: 1, PD: 2, SD: 1 };

interface Instruction extends Computation {
  readonly isSingle: boolean;
  readonly lanes: number;
  /** The smallest normal number. */
  readonly smallest: number;
}

function instructionOf(name: string): Instruction | undefined {
  const [computation, lanes] = [computations[name.slice(0, -2)], lanesOf[name.slice(-2)]];
  if (computation === undefined || lanes === undefined) return undefined;
  const isSingle = name.endsWith('S');
  return { ...computation, isSingle, lanes, smallest: isSingle ? 2 ** -126 : 2 ** -1022 };
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

/**
 * Executes the real instruction of that number (translator/abi/sse.ts), or changes nothing: false. Raises #PF. The caller knows that SSE
 * instructions can be executed.
 */
export function computeDenormals({ state, memory }: Cpu, number: number, places: Places): boolean {
  const instruction = instructions[number];
  const mxcsr = state[Word.mxcsr]!;
  if (instruction === undefined || (mxcsr & (Mxcsr.masks | Mxcsr.rounding)) !== Mxcsr.masks) return false;
  const count = instruction.isSingle ? instruction.lanes : 2 * instruction.lanes;
  const { destination, source, inMemory } = places;
  for (let n = 0; n < count; n++) {
    own.words[n] = state[destination + n]!;
    other.words[n] = inMemory ? memory.load32(source + 4 * n) : state[source + n]!;
  }
  for (let lane = 0; lane < instruction.lanes; lane++) {
    if (!computeLane(instruction, mxcsr, lane)) return false;
  }
  for (let n = 0; n < count; n++) state[destination + n] = own.words[n]!;
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

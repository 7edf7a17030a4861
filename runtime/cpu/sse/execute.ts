/** Real arithmetic of SSE and SSE2, exact in every case: what the inline code doesn't cover (translator/lift/sse-real.ts). */
import { Cr4 } from '../../../translator/abi/control-registers.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { realInstructions } from '../../../translator/abi/sse.ts';
import { Eflags, Word } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { flagCarriesOf, flagResultOf } from '../arithmetic.ts';
import type { Cpu } from '../cpu.ts';
import { Exception } from '../x87/context.ts';
import { compare, type Operation, operations, order, roundToInteger } from './arithmetic.ts';
import * as convert from './convert.ts';
import { computeByNumbers, loadSource } from './host-numbers.ts';
import { formats, type Operands } from './lanes.ts';
import { shareRegisters } from './mmx.ts';
import { requireSse, updateSseMode } from './mode.ts';
import { type Encoding, Surroundings } from './number.ts';

/** Gives what the instruction does once its exceptions, which are noted in `met`, let it. */
type Instruction = (cpu: Cpu, operands: Operands, met: Exceptions) => () => void;

/** Exceptions of all lanes. */
class Exceptions {
  /** The settings that apply to each lane. */
  readonly #mxcsr: number;
  #raised = 0;
  /** Exceptions of steps that were done. */
  #before = 0;

  constructor(mxcsr: number) {
    this.#mxcsr = mxcsr;
  }

  /** Runs one lane. */
  lane<T>(compute: (context: Surroundings) => T): T {
    const context = new Surroundings(this.#mxcsr);
    const result = compute(context);
    this.#raised |= context.raised;
    return result;
  }

  /** Ends a step of an instruction that has several; false if an exception keeps the next from being done. */
  endStep(): boolean {
    if (this.isUnmasked) return false;
    this.#before |= this.#raised;
    this.#raised = 0;
    return true;
  }

  /** The flags to set: those of a computation only where nothing kept it from being done (11.5.3). */
  get reported(): number {
    const first = this.#raised & (Exception.invalid | Exception.denormal | Exception.zeroDivide);
    return this.#before | (first & ~this.#masks ? first : this.#raised);
  }
  get isUnmasked(): boolean {
    return (this.reported & ~this.#masks) !== 0;
  }
  get #masks(): number {
    return (this.#mxcsr >> 7) & Exception.all;
  }
}

function loadWord({ state, memory }: Cpu, { source, inMemory, loaded }: Operands, index: number): bigint {
  return BigInt(
    (loaded[index] ?? (inMemory ? memory.current.load32(source + 4 * index) : state[source + index])) >>> 0,
  );
}

/** The destination as a source. */
const ownOf = (operands: Operands): Operands => ({
  ...operands,
  ...{ source: operands.destination, inMemory: false, loaded: [] },
});

function loadLane(cpu: Cpu, operands: Operands, { bytes }: { readonly bytes: number }, lane: number): bigint {
  if (bytes === 4) return loadWord(cpu, operands, lane);
  return loadWord(cpu, operands, 2 * lane) | (loadWord(cpu, operands, 2 * lane + 1) << 32n);
}

function storeLane({ state }: Cpu, destination: number, bytes: number, lane: number, bits: bigint): void {
  const word = destination + (lane * bytes) / 4;
  state[word] = Number(BigInt.asIntN(32, bits));
  if (bytes === 8) state[word + 1] = Number(bits >> 32n);
}

/** Lanes of the destination and of the source. */
interface Lanes {
  readonly own: readonly bigint[];
  readonly source: readonly bigint[];
}

function loadLanes(cpu: Cpu, operands: Operands, encoding: Encoding, count: number): Lanes {
  const all = (from: Operands) => Array.from({ length: count }, (_, lane) => loadLane(cpu, from, encoding, lane));
  return { source: all(operands), own: all(ownOf(operands)) };
}

const storing =
  (cpu: Cpu, { destination }: Operands, { bytes }: Encoding, results: readonly bigint[]) =>
  (): void => {
    for (const [lane, bits] of results.entries()) storeLane(cpu, destination, bytes, lane, bits);
  };

/** The two operands from which a lane of the result is computed. */
type Pairing = (lanes: Lanes, lane: number) => readonly [bigint, bigint];
const neighboursInBoth: Pairing = ({ own, source }, lane) => [own[lane]!, source[lane]!];
const neighboursInOne: Pairing = ({ own, source }, lane) => {
  const all = [...own, ...source];
  return [all[2 * lane]!, all[2 * lane + 1]!];
};

/** Lanes of one format, from destination and source to destination. */
const lanewise =
  (
    encoding: Encoding,
    count: number,
    operationOf: (immediate: number, lane: number) => Operation,
    pairing = neighboursInBoth,
  ): Instruction =>
  (cpu, operands, met) => {
    const lanes = loadLanes(cpu, operands, encoding, count);
    const results = Array.from({ length: count }, (_, lane) => {
      const [a, b] = pairing(lanes, lane);
      return met.lane((context) => operationOf(operands.immediate, lane)(context, encoding, a, b));
    });
    return storing(cpu, operands, encoding, results);
  };

/** Bits 4-7 of the immediate choose products, bits 0-3 the lanes that get their sum; the others become 0. */
const dotProduct =
  (encoding: Encoding, count: number): Instruction =>
  (cpu, operands, met) => {
    const { own, source } = loadLanes(cpu, operands, encoding, count);
    const has = (bit: number) => ((operands.immediate >> bit) & 1) !== 0;
    const combine = (name: string, a: bigint, b: bigint) =>
      met.lane((context) => operations[name]!(context, encoding, a, b));
    let terms = own.map((a, lane) => (has(lane + 4) ? combine('MUL', a, source[lane]!) : 0n));
    while (terms.length > 1 && met.endStep()) {
      terms = terms.flatMap((term, n) => (n & 1 ? [] : [combine('ADD', term, terms[n + 1]!)]));
    }
    return storing(
      cpu,
      operands,
      encoding,
      own.map((_, lane) => (has(lane) ? terms[0]! : 0n)),
    );
  };

const comparing =
  (encoding: Encoding, everyNan: boolean): Instruction =>
  (cpu, operands, met) => {
    const a = loadLane(cpu, ownOf(operands), encoding, 0);
    const b = loadLane(cpu, operands, encoding, 0);
    const { less, equal, unordered } = met.lane((context) => order(context, encoding, a, b, everyNan));
    const carry = less || unordered ? Eflags.cf : 0;
    const image = carry | (equal || unordered ? Eflags.zf : 0) | (unordered ? Eflags.pf : 0);
    return () => {
      cpu.state[Word.flagResult] = flagResultOf(image);
      cpu.state[Word.flagCarries] = flagCarriesOf(image);
    };
  };

/** `words`: how many of the destination there are; those that get no result become 0. */
const converting =
  (convertOne: convert.Conversion, from: number, to: number, count: number, words: number): Instruction =>
  (cpu, operands, met) => {
    const results = Array.from({ length: count }, (_, lane) => {
      const bits = loadLane(cpu, operands, { bytes: from }, lane);
      return met.lane((context) => convertOne(context, bits));
    });
    const { destination } = operands;
    return () => {
      for (const [lane, bits] of results.entries()) storeLane(cpu, destination, to, lane, bits);
      for (let word = (count * to) / 4; word < words; word++) cpu.state[destination + word] = 0;
    };
  };

/** From an MMX register, or memory. */
const fromMmx =
  (instruction: Instruction): Instruction =>
  (cpu, operands, met) => {
    if (!operands.inMemory) shareRegisters(cpu);
    return instruction(cpu, operands, met);
  };

/** To an MMX register, whose upper bits become ones. */
const toMmx =
  (instruction: Instruction): Instruction =>
  (cpu, operands, met) => {
    const takeEffect = instruction(cpu, operands, met);
    shareRegisters(cpu);
    return () => {
      takeEffect();
      cpu.state[operands.destination + 2] = 0xffff;
    };
  };

const conversions: Readonly<Record<string, Instruction>> = {
  CVTPI2PS: fromMmx(converting(convert.integerToSingle, 4, 4, 2, 2)),
  CVTSI2SS: converting(convert.integerToSingle, 4, 4, 1, 1),
  CVTPS2PI: toMmx(converting(convert.singleToInteger, 4, 4, 2, 2)),
  CVTTPS2PI: toMmx(converting(convert.singleTruncated, 4, 4, 2, 2)),
  CVTSS2SI: converting(convert.singleToInteger, 4, 4, 1, 1),
  CVTTSS2SI: converting(convert.singleTruncated, 4, 4, 1, 1),
  CVTPI2PD: fromMmx(converting(convert.integerToDouble, 4, 8, 2, 4)),
  CVTSI2SD: converting(convert.integerToDouble, 4, 8, 1, 2),
  CVTPD2PI: toMmx(converting(convert.doubleToInteger, 8, 4, 2, 2)),
  CVTTPD2PI: toMmx(converting(convert.doubleTruncated, 8, 4, 2, 2)),
  CVTSD2SI: converting(convert.doubleToInteger, 8, 4, 1, 1),
  CVTTSD2SI: converting(convert.doubleTruncated, 8, 4, 1, 1),
  CVTPS2PD: converting(convert.singleToDouble, 4, 8, 2, 4),
  CVTPD2PS: converting(convert.doubleToSingle, 8, 4, 2, 4),
  CVTSS2SD: converting(convert.singleToDouble, 4, 8, 1, 2),
  CVTSD2SS: converting(convert.doubleToSingle, 8, 4, 1, 1),
  CVTDQ2PS: converting(convert.integerToSingle, 4, 4, 4, 4),
  CVTPS2DQ: converting(convert.singleToInteger, 4, 4, 4, 4),
  CVTTPS2DQ: converting(convert.singleTruncated, 4, 4, 4, 4),
  CVTDQ2PD: converting(convert.integerToDouble, 4, 8, 2, 4),
  CVTPD2DQ: converting(convert.doubleToInteger, 8, 4, 2, 4),
  CVTTPD2DQ: converting(convert.doubleTruncated, 8, 4, 2, 4),
};

function instructionOf(name: string): Instruction {
  if (name in conversions) return conversions[name]!;
  const [encoding, count] = formats[name.slice(-2)]!;
  const operation = name.slice(0, -2);
  switch (operation) {
    case 'COMI':
    case 'UCOMI':
      return comparing(encoding, operation === 'COMI');
    case 'HADD':
    case 'HSUB':
      return lanewise(encoding, count, () => operations[operation.slice(1)]!, neighboursInOne);
    case 'ADDSUB':
      return lanewise(encoding, count, (_immediate, lane) => operations[lane & 1 ? 'ADD' : 'SUB']!);
    case 'DP':
      return dotProduct(encoding, count);
    case 'CMP':
      return lanewise(encoding, count, (immediate) => compare(immediate & 7));
    case 'ROUND':
      return lanewise(encoding, count, roundToInteger);
    default:
      return lanewise(encoding, count, () => operations[operation]!);
  }
}

const instructions: readonly Instruction[] = realInstructions.map(instructionOf);

/**
 * Executes the real instruction of that number (translator/abi/sse.ts). `destination` is a word of the state, `source` one or
 * a linear address; `immediate` is the instruction's. Raises #UD, #NM, #PF, and #XM or #UD for unmasked exceptions.
 */
export function sseReal(
  cpu: Cpu,
  number: number,
  destination: number,
  source: number,
  inMemory: number,
  immediate: number,
): void {
  const { state } = cpu;
  requireSse(state);
  const loaded = inMemory ? loadSource(cpu, number, source) : [];
  const operands = { destination, source, inMemory: inMemory !== 0, immediate, loaded };
  if (computeByNumbers(cpu, number, operands)) return;
  const met = new Exceptions(state[Word.mxcsr]);
  const takeEffect = instructions[number]!(cpu, operands, met);
  state[Word.mxcsr] |= met.reported;
  updateSseMode(state);
  if (met.isUnmasked) raise(state[Word.cr4] & Cr4.osxmmexcpt ? Vector.simdError : Vector.invalidOpcode);
  takeEffect();
}

/** Any SSE instruction where none can be executed. */
export function sseUnavailable(cpu: Cpu): void {
  requireSse(cpu.state);
}

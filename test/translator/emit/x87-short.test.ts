/** Arithmetic of 64-bit operands at 53 bits as generated code does it, against the same in integers. */
import { describe, expect, test } from 'vitest';
import { x87Register } from '../../../runtime/cpu/x87/execute.ts';
import { Fpu, type FpuCpu } from '../../../runtime/cpu/x87/fpu.ts';
import { doublesOf, fillRegister } from '../../../runtime/cpu/x87/registers.ts';
import { Double, FpuPrecision, STATE_BYTES, WORD_COUNT, Word } from '../../../translator/abi/state.ts';
import {
  type ShortFormula,
  shortDifference,
  shortProduct,
  shortQuotient,
  shortSquareRoot,
  shortSum,
} from '../../../translator/emit/x87/short-formulas.ts';
import { Random } from '../../support/random.ts';

const ROUNDS = 20_000;
/** Control word: 53 bits, to nearest, all exceptions masked. */
const CONTROL = 0x27f;

const state = new Int32Array(new ArrayBuffer(STATE_BYTES), 0, WORD_COUNT);
const doubles = doublesOf(state);
const cpu = { state, doubles } as unknown as FpuCpu;
const fpu = new Fpu(cpu);
const random = new Random(53);

/** Fills a register with a random number of up to 64 bits, and gives its two parts. */
function fill(register: number, reach: number, isPositive: boolean): [number, number] {
  const at = Word.fpuRegister + 4 * register;
  const isLong = random.below(4) !== 0;
  state[at] = isLong ? random.word() : 0;
  state[at + 1] = random.word() | 0x80000000;
  const sign = isPositive ? 0 : random.below(2) << 15;
  state[at + 2] = (16383 + random.below(2 * reach) - reach) | sign;
  fillRegister(state, doubles, register);
  state[Word.fpuTag] &= ~(3 << (2 * register));
  return [doubles[Double.fpuHigh + register], doubles[Double.fpuLow + register]];
}

type Compute = (ah: number, al: number, bh: number, bl: number) => number | null;

function asFunction(formula: ShortFormula, precision: number = FpuPrecision.double): Compute {
  const text = formula({ high: 'ah', low: 'al' }, { high: 'bh', low: 'bl' }, 'return null;', precision);
  // PE is set.
  return new Function('ah', 'al', 'bh', 'bl', `const xp=0;${text}return s;`) as Compute;
}

/** Opcodes of the instruction table: on ST(0) and ST(1), with the result in ST(0). */
const cases: Readonly<Record<string, readonly [ShortFormula, number]>> = {
  FADD: [shortSum, 0x0c0],
  FSUB: [shortDifference, 0x0e0],
  FMUL: [shortProduct, 0x0c8],
  FDIV: [shortQuotient, 0x0f0],
  FSQRT: [shortSquareRoot, 0x1fa],
};

describe.each(Object.entries(cases))('%s of numbers of 64 bits at 53', (name, [formula, opcode]) => {
  test.each([2, 60, 300])('with exponents up to %i', (reach) => {
    const compute = asFunction(formula);
    let done = 0;
    for (let round = 0; round < ROUNDS; round++) {
      fpu.initialize();
      fpu.control = CONTROL;
      const a = fill(0, reach, name === 'FSQRT');
      const b = fill(1, reach, false);
      const result = compute(...a, ...b);
      if (result === null) continue;
      done++;
      // As 80 bits alone, registers are for the integers.
      doubles.fill(Number.NaN, Double.fpuHigh, Double.fpuHigh + 2);
      x87Register(cpu, opcode, 1, 0, 0);
      fillRegister(state, doubles, 0);
      // The sign of a low part that is 0 means nothing.
      const expected = [doubles[Double.fpuHigh], doubles[Double.fpuLow] + 0];
      expect({ a, b, result: [result, 0] }).toEqual({ a, b, result: expected });
    }
    // The others come too near to the middle of two results, or cancel each other.
    expect(done).toBeGreaterThan(0.99 * ROUNDS);
  });
});

test('at 24 bits numbers below the normal singles are left, also where a single would round them up to the smallest one', () => {
  const [product, quotient] = [shortProduct, shortQuotient].map((formula) => asFunction(formula, FpuPrecision.single));
  const largest = 2 - 2 ** -23;
  expect(product!(2 ** -64, 0, largest * 2 ** -63, 0)).toBe(null);
  expect(quotient!(largest * 2 ** -125, 0, 4, 0)).toBe(null);
  expect(product!(2 ** -63, 0, largest * 2 ** -63, 0)).toBe(largest * 2 ** -126);
});

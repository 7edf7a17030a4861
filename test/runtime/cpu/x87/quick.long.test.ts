import { describe, expect, test } from 'vitest';
import { add, multiply, subtract } from '../../../../runtime/cpu/x87/arithmetic.ts';
import { Context, Preventing } from '../../../../runtime/cpu/x87/context.ts';
import { x87Register } from '../../../../runtime/cpu/x87/execute.ts';
import { extendedOf, formats } from '../../../../runtime/cpu/x87/formats.ts';
import * as quick from '../../../../runtime/cpu/x87/quick.ts';
import { toWords } from '../../../../runtime/cpu/x87/registers.ts';
import { exponentOf } from '../../../../runtime/cpu/x87/sum-functions.ts';
import { Double, FpuRounding, Word } from '../../../../translator/abi/state.ts';
import {
  Bench,
  besideOne,
  besideQuarter,
  type Operand,
  one,
  operand,
  positive,
  power,
  random,
  short,
  significand,
  within,
} from './sums.ts';

type Pair = readonly [Operand, Operand];
/** How operands are made, and what part of them at least is done by sums. */
const cases: Readonly<Record<string, readonly [quick.Quick, number, number, readonly (() => Pair)[]]>> = {
  f2xm1: [
    quick.quickF2xm1,
    0x1f0,
    0.97,
    [() => [operand(-30, -1), one], () => [short(-8, -1), one], () => [operand(-75, -60), one]],
  ],
  fyl2x: [
    quick.quickFyl2x,
    0x1f1,
    0.97,
    [
      () => [positive(-300, 300), operand(-80, 80)],
      () => [positive(-3, 3), one],
      () => [besideOne(), operand(-3, 3)],
      () => [{ ...short(-20, 20), sign: 0 }, operand(-3, 3)],
      () => [power(), operand(-3, 3)],
    ],
  ],
  fyl2xp1: [quick.quickFyl2xp1, 0x1f9, 0.99, [() => [operand(-40, -3), operand(-3, 3)]]],
  fpatan: [
    quick.quickFpatan,
    0x1f3,
    0.99,
    [
      () => [operand(-9, 9), operand(-9, 9)],
      () => [one, operand(-30, 5)],
      () => [operand(-2, 2), operand(-2, 2)],
      () => [short(-3, 3), short(-3, 3)],
    ],
  ],
  fsin: [quick.quickFsin, 0x1fe, 0.99, [() => [operand(-30, 15), one], () => [operand(-4, 3), one]]],
  fcos: [quick.quickFcos, 0x1ff, 0.95, [() => [operand(-12, 15), one], () => [operand(-4, 3), one]]],
  fptan: [quick.quickFptan, 0x1f2, 0.99, [() => [operand(-30, 15), one], () => [operand(-4, 3), one]]],
  fsincos: [quick.quickFsincos, 0x1fb, 0.95, [() => [operand(-12, 15), one], () => [operand(-4, 3), one]]],
  'fsin near zero': [quick.quickFsin, 0x1fe, 0.5, [() => [besideQuarter(), one]]],
  'fcos near zero': [quick.quickFcos, 0x1ff, 0.5, [() => [besideQuarter(), one]]],
  'fptan near zero': [quick.quickFptan, 0x1f2, 0.5, [() => [besideQuarter(), one]]],
  fscale: [
    quick.quickFscale,
    0x1fd,
    0.99,
    [() => [operand(-300, 300), operand(-5, 7)], () => [operand(-30, 30), short(-3, 8)]],
  ],
};
const ROUNDS = 1500;

/** Near a whole number, or near the middle of two: a small or a middling number plus a distance of few bits. */
const besideWhole = (): Operand => {
  const exponent = within(-2, 45);
  const bits = BigInt(exponent + within(1, 2));
  const kept = bits > 0n ? (significand() >> (64n - bits)) << (64n - bits) : 1n << 63n;
  const distance = random() & 3 ? BigInt(random() & 3) - 1n : 0n;
  return { significand: ((kept | (1n << 63n)) + distance) | (1n << 63n), exponent, sign: random() & 1 };
};

test('FRNDINT by sums of doubles is the exact one in all rounding modes', () => {
  const [sums, exact] = [new Bench(), new Bench()];
  for (let round = 0; round < 8 * ROUNDS; round++) {
    const operands = [round & 4 ? besideWhole() : operand(-5, 60), one];
    sums.set(operands, true, round & 3);
    exact.set(operands, false, round & 3);
    x87Register(sums.cpu, 0x1fc, 0, 0, 0);
    x87Register(exact.cpu, 0x1fc, 0, 0, 0);
    expect(
      sums.outcome(),
      JSON.stringify(operands, (_key, value) => String(value)),
    ).toEqual(exact.outcome());
  }
});

test('FRNDINT of what is beside the middle of two whole numbers is the exact one', () => {
  const [sums, exact] = [new Bench(), new Bench()];
  for (const exponent of [-2, -1, 0, 1, 20]) {
    for (let distance = -3n; distance <= 0xc00n; distance++) {
      const below = BigInt.asUintN(64, 0xfffffffffffff800n + distance);
      for (const significand of [below | (1n << 63n), (1n << 63n) + (distance & 3n)]) {
        for (const sign of [0, 1]) {
          const operands = [{ significand, exponent, sign }, one];
          const rounding = Number(distance & 3n);
          for (const [bench, asSums] of [
            [sums, true],
            [exact, false],
          ] as const) {
            bench.set(operands, asSums, rounding);
            x87Register(bench.cpu, 0x1fc, 0, 0, 0);
          }
          expect(sums.outcome(), `${significand} ${exponent} ${sign} ${rounding}`).toEqual(exact.outcome());
        }
      }
    }
  }
});

test('C1 of the last operation, found by sums of doubles, is that of the operation', () => {
  const bench = new Bench();
  const double = () => (random() - 2 ** 31) * 2 ** within(-60, 10) * (random() & 1 ? 1 : 1 + random() * 2 ** -52);
  const operations = {
    [FpuRounding.add]: add,
    [FpuRounding.subtract]: subtract,
    [FpuRounding.multiply]: multiply,
    [FpuRounding.storeDouble]: formats.double.encode,
    [FpuRounding.storeInteger]: formats.quadword.encode,
  };
  for (let round = 0; round < 4 * ROUNDS; round++) {
    for (const [kind, operation] of Object.entries(operations)) {
      const stores = Number(kind) >= FpuRounding.storeDouble;
      const [a, b] = [double(), double()];
      // Of the 64 bits those that the high part has no room for.
      const low = stores ? within(-1024, 1024) * 2 ** (exponentOf(a) - 63) : 0;
      const mode = Number(kind) === FpuRounding.storeInteger ? (round & 3) << 10 : 0;
      bench.fpu.initialize();
      bench.doubles.set([a, low, b, 0], Double.fpuOperand);
      bench.state[Word.fpuRounding] = Number(kind) | mode;
      const context = new Context(0x37f | mode, Preventing.operation);
      operation(context, extendedFrom(a, low), extendedFrom(b, 0));
      expect((bench.fpu.status & 0x200) !== 0, `${kind} ${a} ${low} ${b} ${mode}`).toBe(context.roundedUp);
    }
  }
});

function extendedFrom(high: number, low: number) {
  const words = new Int32Array(3);
  toWords(high, low, words, 0);
  return extendedOf(words, 0);
}

describe('by sums of doubles results, C1 and flags are those of the exact functions', () => {
  test.each(Object.entries(cases))('%s', (_, [quickly, operation, part, makers]) => {
    const [sums, exact] = [new Bench(), new Bench()];
    for (const make of makers) {
      let covered = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const operands = make();
        sums.set(operands, true);
        exact.set(operands, false);
        if (quickly(sums.fpu, 0)) covered++;
        else x87Register(sums.cpu, operation, 0, 0, 0);
        x87Register(exact.cpu, operation, 0, 0, 0);
        expect(
          sums.outcome(),
          JSON.stringify(operands, (_key, value) => String(value)),
        ).toEqual(exact.outcome());
      }
      expect(covered / ROUNDS).toBeGreaterThan(part);
    }
  });
});

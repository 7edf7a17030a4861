/** Arithmetic by sums of doubles against the same in integers, in all rounding modes and precisions. */
import { describe, expect, test } from 'vitest';
import { double as doubleFormat } from '../../../../runtime/cpu/x87/context.ts';
import { x87Memory, x87Register } from '../../../../runtime/cpu/x87/execute.ts';
import * as quickArithmetic from '../../../../runtime/cpu/x87/quick-arithmetic.ts';
import { Bench, type Operand, one, operand, power, random, short, within } from './sums.ts';

const ROUNDS = 300;
const precisions = { single: 0, double: 2, extended: 3 };

const zero = (): Operand => ({ significand: 0n, exponent: -16383, sign: random() & 1 });
/** A number of 53 bits, as programs have it in memory. */
const double = (low: number, high: number): Operand => {
  const long = operand(low, high);
  return { ...long, significand: (long.significand >> 11n) << 11n };
};
/** So near to another one, in the last places, that most of both is cancelled, or that it is a half place off. */
const beside = (other: Operand): Operand => {
  const distance = BigInt(within(-3, 3)) << BigInt(random() & 1 ? 0 : within(0, 42));
  const significand = BigInt.asUintN(64, other.significand + distance) | (1n << 63n);
  return { ...other, significand, sign: other.sign ^ (random() & 1) };
};

const makers: Readonly<Record<string, () => readonly [Operand, Operand]>> = {
  long: () => [operand(-30, 30), operand(-30, 30)],
  doubles: () => [double(-30, 30), double(-30, 30)],
  short: () => [short(-20, 20), short(-20, 20)],
  'far apart': () => [double(-300, 300), double(-300, 300)],
  beside: () => {
    const first = double(-5, 5);
    return [first, beside(first)];
  },
  powers: () => [{ ...power(), sign: random() & 1 }, random() & 1 ? double(-40, 40) : power()],
  zeros: () => (random() & 1 ? [zero(), short(-9, 9)] : [short(-9, 9), random() & 1 ? zero() : one]),
  'both zero': () => [zero(), zero()],
};

const text = (value: unknown): string => JSON.stringify(value, (_key, part) => String(part));

/** Executes with both representations: as sums of doubles, and as 80 bits alone, for the exact functions. */
function compare(
  precision: number,
  make: () => readonly [Operand, Operand],
  execute: (bench: Bench) => void,
  prepare: (bench: Bench) => void = () => {},
): void {
  const [sums, exact] = [new Bench(), new Bench()];
  for (let round = 0; round < ROUNDS; round++) {
    const operands = make();
    for (const [bench, asSums] of [
      [sums, true],
      [exact, false],
    ] as const) {
      bench.set(operands, asSums, round & 3, precision);
      prepare(bench);
      execute(bench);
    }
    expect(sums.outcome(), text([operands, round & 3])).toEqual(exact.outcome());
  }
}

describe.each(Object.entries(precisions))('%s precision', (_name, precision) => {
  describe.each(Object.entries(makers))('%s', (_kind, make) => {
    test.each([0, 1, 4, 5, 6, 7])('arithmetic with a register, reg field %d', (reg) => {
      for (const opcode of [0x000, 0x400, 0x600])
        compare(precision, make, (bench) => void x87Register(bench.cpu, opcode | 0xc0 | (reg << 3), 1, 0, 0));
    });

    test('FSQRT', () => {
      const root = (): readonly [Operand, Operand] => {
        const [first, second] = make();
        return [random() & 7 ? { ...first, sign: 0 } : first, second];
      };
      compare(precision, root, (bench) => void x87Register(bench.cpu, 0x1fa, 0, 0, 0));
    });
  });
});

/** Bits of a number from memory that a format has. */
function imageOf(format: string): bigint {
  const image = new DataView(new ArrayBuffer(8));
  const wide = random() * 2 ** within(-150, 130) * (random() & 1 ? 1 : -1);
  const number = random() & 3 ? within(-1000, 1000) / 8 : wide;
  if ((random() & 7) === 0) image.setBigUint64(0, (BigInt(random()) << 32n) | BigInt(random() >>> within(0, 31)), true);
  else if (format === 'single') image.setFloat32(0, number, true);
  else if (format === 'double') image.setFloat64(0, number, true);
  else image.setInt32(0, random() >> within(0, 31), true);
  return image.getBigUint64(0, true);
}

describe('with operands in memory', () => {
  const formats = { single: 0x000, doubleword: 0x200, double: 0x400, word: 0x600 };
  describe.each(Object.entries(formats))('%s', (format, opcode) => {
    test.each([0, 1, 4, 5, 6, 7])('reg field %d', (reg) => {
      let bits = 0n;
      const make = (): readonly [Operand, Operand] => {
        bits = imageOf(format);
        return [random() & 7 ? double(-20, 20) : zero(), one];
      };
      const prepare = ({ words }: Bench): void => {
        words[0] = Number(BigInt.asIntN(32, bits));
        words[1] = Number(BigInt.asIntN(32, bits >> 32n));
      };
      const execute = ({ cpu }: Bench): void => x87Memory(cpu, opcode | (reg << 3), 0, 0, 0, 0, 0);
      for (const precision of Object.values(precisions)) compare(precision, make, execute, prepare);
    });
  });

  test.each([0x110, 0x118, 0x510, 0x518])('a store, opcode %d', (opcode) => {
    const exponents = [
      [-30, 30],
      [-130, -120],
      [120, 130],
      [-400, 400],
    ] as const;
    for (const [low, high] of exponents)
      for (const of of [operand, double, short])
        compare(
          3,
          () => [random() & 15 ? of(low, high) : zero(), one],
          ({ cpu }) => x87Memory(cpu, opcode, 0, 0, 0, 0, 0),
        );
  });
});

describe('by sums are done', () => {
  type Count = (bench: Bench, round: number) => boolean;
  const regs = [0, 1, 4, 5, 6, 7];
  const regOf = (round: number): number => regs[round % regs.length]!;
  const withRegister: Count = ({ fpu }, round) => quickArithmetic.quickBinary(regOf(round), () => 0, 0)(fpu, 1);
  const ofLong = (): readonly [Operand, Operand] => [operand(-30, 30), operand(-30, 30)];
  const ofDoubles = (): readonly [Operand, Operand] => [double(-30, 30), double(-30, 30)];
  const kinds: Readonly<Record<string, readonly [() => readonly [Operand, Operand], Count]>> = {
    'numbers of 64 bits': [ofLong, withRegister],
    doubles: [ofDoubles, withRegister],
    'numbers of 64 bits and powers of two': [() => [operand(-30, 30), power()], withRegister],
    'numbers in memory': [
      ofDoubles,
      ({ fpu }, round) => quickArithmetic.quickWithNumber(fpu, regOf(round), 0.1 + round),
    ],
    'square roots': [() => [{ ...operand(-30, 30), sign: 0 }, one], ({ fpu }) => quickArithmetic.quickFsqrt(fpu, 0)],
    stores: [ofLong, ({ fpu }) => !Number.isNaN(quickArithmetic.quickRounded(fpu, doubleFormat))],
  };

  test.each(Object.entries(kinds))('%s', (_kind, [make, isDone]) => {
    const bench = new Bench();
    for (const precision of Object.values(precisions)) {
      for (const rounding of [0, 1, 2, 3]) {
        let done = 0;
        for (let round = 0; round < ROUNDS; round++) {
          bench.set(make(), true, rounding, precision);
          if (isDone(bench, round)) done++;
        }
        expect(done / ROUNDS, `precision ${precision}, rounding ${rounding}`).toBeGreaterThan(0.95);
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import { divideOverflowSigned, divideSigned, divideUnsigned } from '../../../runtime/cpu/division.ts';
import { Random } from '../../support/random.ts';

const EDGES = [0, 1, 2, -1, -2, 0x7fffffff, -0x80000000, -0x7fffffff, 0xffff, 0x10000, 0x10001, -0x10000];

/** All combinations of edge values, then random ones of all magnitudes. */
function dividends(): [high: number, low: number, divisor: number][] {
  const random = new Random(1);
  const value = () => (random.word() >> random.below(32)) | 0;
  const edges = EDGES.flatMap((high) =>
    EDGES.flatMap((low) => EDGES.map((divisor): [number, number, number] => [high, low, divisor])),
  );
  return [
    ...edges,
    ...Array.from({ length: 20_000 }, (): [number, number, number] => [value(), random.word(), value()]),
  ];
}

const unsigned = (word: number) => BigInt(word >>> 0);
const low32 = (value: bigint) => Number(BigInt.asIntN(32, value));

describe('division of 64 by 32 bits', () => {
  it('without sign, where the quotient fits', () => {
    for (const [high, low, divisor] of dividends()) {
      if (divisor === 0 || high >>> 0 >= divisor >>> 0) continue;
      const quotient = ((unsigned(high) << 32n) | unsigned(low)) / unsigned(divisor);
      expect(divideUnsigned(high, low, divisor), `${high}:${low} / ${divisor}`).toBe(low32(quotient));
    }
  });

  it('with sign: the quotient, or that it does not fit', () => {
    for (const [high, low, divisor] of dividends()) {
      const dividend = (BigInt(high) << 32n) | unsigned(low);
      const quotient = divisor === 0 ? undefined : dividend / BigInt(divisor);
      const overflows = quotient === undefined || BigInt.asIntN(32, quotient) !== quotient;
      const subject = `${high}:${low} / ${divisor}`;
      expect(divideOverflowSigned(high, low, divisor), subject).toBe(overflows ? 1 : 0);
      if (!overflows) expect(divideSigned(high, low, divisor), subject).toBe(low32(quotient));
    }
  });
});

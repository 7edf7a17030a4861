import { expect, test } from 'vitest';
import { geometricMean, median } from '../../bench/statistics.ts';

test('The median is the value in the middle, or the mean of the two there', () => {
  expect(median([7])).toBe(7);
  expect(median([30, 1, 2])).toBe(2);
  expect(median([4, 100, 1, 2])).toBe(3);
});

test('The median leaves its argument as it is', () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

test('The geometric mean of ratios and their inverses is 1', () => {
  expect(geometricMean([4, 0.25, 8, 0.125])).toBeCloseTo(1);
  expect(geometricMean([2, 8])).toBeCloseTo(4);
  expect(geometricMean([])).toBeUndefined();
});

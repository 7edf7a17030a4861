import { expect, test } from 'vitest';
import { linePlot, shortNumber } from '../../../src/inspect/report/plots.ts';

test('short numbers', () => {
  expect([0, 0.125, 1.25, 12.5, 9999, 12_345, 2_500_000, 3e9].map(shortNumber)).toEqual([
    '0',
    '0.125',
    '1.3',
    '13',
    '9999',
    '12 k',
    '2.5 M',
    '3 G',
  ]);
});

test.each([0.03, 0.45, 0.9, 3, 5, 7, 42, 900, 45_000, 5e6])(
  'the marks of an axis up to %d are evenly spaced',
  (most) => {
    const plot = linePlot({ title: '', unit: '', times: [1], series: [{ name: '', values: [most], colour: 0 }] });
    const sizes: Record<string, number> = { k: 1e3, M: 1e6 };
    const marks = [...plot.matchAll(/text-anchor="end">([\d.]+) ?([kM]?)<\/text>/g)].map(([, n, size]) => {
      return Number(n) * (sizes[size!] ?? 1);
    });
    expect(marks).toHaveLength(5);
    for (const [n, mark] of marks.entries()) expect(mark).toBeCloseTo((marks[4]! * n) / 4, 10);
    expect(marks[4]).toBeGreaterThanOrEqual(most * 0.999);
  },
);

import { expect, test } from 'vitest';
import { partsOf, runsOf } from '../../bench/parts.ts';
import { boot, programs } from '../../bench/programs.ts';

const named = (name: string) => programs.find((program) => program.name === name)!;

test("A real program's first run has a row of its own, and so have the later ones", () => {
  const [first, later] = partsOf(named('gzip'), 3);
  expect(first).toMatchObject({ name: 'gzip', group: 'real, first run', part: { of: 'gzip', runs: 'first' } });
  expect(later).toMatchObject({ name: 'gzip-later', group: 'real, later runs', part: { of: 'gzip', runs: 'later' } });
  expect(runsOf(first!, [9, 5, 6])).toEqual([9]);
  expect(runsOf(later!, [9, 5, 6])).toEqual([5, 6]);
});

test('Where a program runs once there is no row for later', () => {
  expect(partsOf(named('lua'), 1).map(({ name }) => name)).toEqual(['lua']);
});

test.each([boot, named('sieve')])('$name has one row for all runs', (work) => {
  expect(partsOf(work, 3)).toEqual([work]);
  expect(runsOf(work, [9, 5, 6])).toEqual([9, 5, 6]);
});

import { expect, test } from 'vitest';
import { flagsSeen } from '../../../translator/emit/flag-liveness.ts';
import { parseBlocks } from '../../../translator/ir/parse.ts';

/** By block, at 0, 16, 32, …: whether its first flags matter; each passes them on to those in `next`, null: outside. */
function seen(texts: string[], next: (number | null)[][] = texts.map(() => [null])): boolean[] {
  const blocks = texts.flatMap((text, n) => parseBlocks(`block 0x${(16 * n).toString(16)}\n${text}`));
  return flagsSeen(blocks, (block) => next[block]);
}

test('flags that are all replaced before anything can see them do not matter', () => {
  expect(seen(['t0 = get eax\nflags logic32 t0\nt1 = load32 t0\nset ebx, t1\njump @1000'])).toEqual([false]);
  expect(seen(['t0 = get eax\nflags inc32 t0\nflags sub32 t0, 5, t0\nbranch cc4, @1000, @2000'])).toEqual([false]);
});

test('flags matter to a condition, an access that may leave, a call, a body that may not run, and outside', () => {
  expect(seen(['t0 = cc4\nset eax, t0\nflags logic32 t0\njump @1000'])).toEqual([true]);
  expect(seen(['t0 = load32 16\nflags logic32 t0\njump @1000'])).toEqual([true]);
  expect(seen(['call @1000, @2000'])).toEqual([true]);
  const rotation = 't0 = get ecx\nwhen t0 {\nt1 = cc2\nset eax, t1\n}\nflags logic32 t0\njump @1000';
  expect(seen([rotation])).toEqual([true]);
  expect(seen(['t0 = get eax\nwhen t0 {\nflags logic32 t0\n}\njump @1000'])).toEqual([true]);
  expect(seen(['t0 = get eax\nflags inc32 t0\njump @1000'])).toEqual([true]);
});

test('flags that a block passes on matter if they do to one of those that get them', () => {
  const replaces = 't0 = get eax\nflags logic32 t0\njump @1000';
  const sees = 't0 = cc4\nset eax, t0\njump @1000';
  const passes = 'set eax, 1\nbranch 1, @10, @20';
  expect(seen([passes, replaces, replaces], [[1, 2], [null], [null]])).toEqual([false, false, false]);
  expect(seen([passes, replaces, sees], [[1, 2], [null], [null]])).toEqual([true, false, true]);
});

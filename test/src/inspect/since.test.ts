import { expect, test } from 'vitest';
import { exitsSince, placesSince, translationsSince } from '../../../src/inspect/since.ts';
import type { ExitCounts, Place, TranslationInfo } from '../../../src/machine-core.ts';

const exits: ExitCounts = { transfer: 0, direct: 0, indirect: 0, return: 0, dispatcher: 0, slow: 0, trap: 0, fault: 0 };
const translation = (physical: number, executions: number | null, more: Partial<ExitCounts> = {}) =>
  ({
    physical,
    key: 1,
    executions,
    exits: executions === null ? null : { ...exits, ...more },
  }) as TranslationInfo;
const place = (linear: number, count: number): Place => ({
  physical: linear & 0xfff,
  linear,
  key: 1,
  text: 'hlt',
  kind: 'trap',
  count,
});

test('what translations did between two reports', () => {
  const before = [translation(1, 10, { direct: 10 }), translation(2, 50), translation(3, null)];
  const now = [translation(1, 15, { direct: 12, trap: 3 }), translation(2, 4), translation(4, 7), translation(3, null)];
  const difference = translationsSince(before, now);
  // The second one was made anew in between.
  expect(difference.map(({ executions }) => executions)).toEqual([5, 4, 7, null]);
  expect(difference[0]!.exits).toEqual({ ...exits, direct: 2, trap: 3 });
  expect(difference[3]!.exits).toBeNull();
});

test('places that were reached in between, most first', () => {
  const places = placesSince([place(1, 5), place(2, 5)], [place(1, 5), place(2, 6), place(3, 9)]);
  expect(places.map(({ linear, count }) => [linear, count])).toEqual([
    [3, 9],
    [2, 1],
  ]);
});

test('exits in between', () => {
  const before = { dispatcher: { entries: 5 }, kinds: exits, places: [] };
  const now = { dispatcher: { entries: 7, faults: 1 }, kinds: { ...exits, slow: 4 }, places: [place(1, 4)] };
  expect(exitsSince(before, now)).toEqual({
    dispatcher: { entries: 2, faults: 1 },
    kinds: { ...exits, slow: 4 },
    places: [place(1, 4)],
  });
});

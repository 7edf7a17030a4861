import { expect, test } from 'vitest';
import { FreeMemory, RangeType } from '../../../../runtime/firmware/load/memory-map.ts';
import { Random } from '../../../support/random.ts';

const START = 0x10000;
const RANGES = [
  [0, 2000],
  [2100, 3000],
  [3000, 3500],
] as const;

test.each([1, 2, 3])('what is taken is taken, and the rest is free, seed %i', (seed) => {
  const random = new Random(seed);
  for (let round = 0; round < 200; round++) {
    const map = RANGES.map(([start, end]) => ({ start: START + start, end: START + end, type: RangeType.ram }));
    const memory = new FreeMemory(map);
    const free = new Uint8Array(4000);
    for (const [start, end] of RANGES) free.fill(1, start, end);
    for (let n = 0; n < 12; n++) {
      const start = random.below(3600);
      const end = start + random.below(400);
      memory.take(START + start, START + end);
      free.fill(0, start, end);
    }
    const found = free.map((_, at) => Number(memory.has(START + at, START + at + 1)));
    expect(found).toEqual(free);
  }
});

test('nothing takes nothing', () => {
  const memory = new FreeMemory([{ start: START, end: START + 100, type: RangeType.ram }]);
  memory.take(START + 50, START + 50);
  expect(memory.has(START, START + 100)).toBe(true);
});

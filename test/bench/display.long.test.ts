import { expect, test } from 'vitest';
import { fills } from '../../bench/display/fills.ts';
import { drawHere } from '../../bench/display/rounds.ts';

const sizes: readonly [name: RegExp, size: [width: number, height: number]][] = [
  [/^text/, [720, 400]],
  [/^(chained|mode X)/, [640, 400]],
  [/^planar/, [640, 480]],
  [/^linear/, [1024, 768]],
];

test.each(fills)('$name: the guest draws in that mode, round by round', { timeout: 60_000 }, async (fill) => {
  await using drawing = await drawHere(fill);
  expect(await drawing.rounds.measure(2)).toBeGreaterThan(0);
  const { width, height } = await drawing.machine.screen.image();
  expect([width, height]).toEqual(sizes.find(([name]) => name.test(fill.name))![1]);
});

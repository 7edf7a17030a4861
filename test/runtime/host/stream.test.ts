import { expect, test } from 'vitest';
import { INPUT_CREDIT } from '../../../runtime/host/ports.ts';
import { takenInParts } from '../../../runtime/host/stream.ts';

test('what was taken is told when it is half of the credit', () => {
  const half = INPUT_CREDIT / 2;
  const told: number[] = [];
  const taken = takenInParts((length) => told.push(length), INPUT_CREDIT);
  for (let n = 0; n < 2 * half + 1; n++) taken(1);
  taken(half - 1);
  expect(told).toEqual([half, half, half]);
});

import { expect, test } from 'vitest';
import { Stops } from '../../../runtime/exec/stops.ts';
import { begin, Traveller } from '../../../runtime/machine/journey.ts';

const never = () => {
  throw new Error('the machine runs');
};

test('where nothing can stop the machine it is at its beginning at once', () => {
  const restored: number[] = [];
  const traveller = new Traveller({
    ...{ stops: new Stops(), instructions: 3000 },
    checkpoints: { count: 3, before: () => 2, instructionsAt: (checkpoint) => 1000 * checkpoint },
    restore: (checkpoint) => void restored.push(checkpoint),
    ...{ keep: never, go: never, stand: never, reset: never, isEnding: never },
  });
  expect(traveller.lastStop({ instructions: 3000, isReady: true }).next()).toEqual({ done: true, value: begin });
  expect(restored).toEqual([0]);
});

import { expect, test } from 'vitest';
import { WheelSteps } from '../../../src/browser/wheel-steps.ts';

/** Steps of events, each so many milliseconds after the one before. */
function stepsOf(deltas: readonly number[], { deltaMode = 0, apart = 16 } = {}): number[] {
  const steps = new WheelSteps();
  return deltas.map((deltaY, n) => steps.take({ deltaY, deltaMode, timeStamp: n * apart }));
}

test('a touch pad turns it at once, and then by a step for as many pixels as a wheel has', () => {
  const steps = stepsOf(new Array(26).fill(10));
  expect(steps.flatMap((count, n) => (count === 0 ? [] : [n]))).toEqual([0, 10, 20]);
});

test('each notch of a slow wheel is a step, however few pixels it has', () => {
  expect(stepsOf([53, 53, 4.0002, -33.3], { apart: 150 })).toEqual([1, 1, 1, -1]);
});

test('lines are three to a step', () => {
  expect(stepsOf([3, 3, -6], { deltaMode: 1 })).toEqual([1, 1, -2]);
});

test('what is left of one direction is nothing in the other', () => {
  expect(stepsOf([100, 90, -100])).toEqual([1, 0, -1]);
});

test('a browser that tells of notches is believed, whatever its pixels are', () => {
  const steps = new WheelSteps();
  const notch = (wheelDeltaY: number) =>
    steps.take({ deltaY: -wheelDeltaY / 1.8, deltaMode: 0, wheelDeltaY, timeStamp: 0 });
  expect([notch(-120), notch(-120), notch(360)]).toEqual([1, 1, -3]);
});

test('the unit is asked for first, as Firefox otherwise tells of pixels', () => {
  let isAsked = false;
  const event = {
    timeStamp: 0,
    get deltaMode() {
      isAsked = true;
      return 1;
    },
    get deltaY() {
      return isAsked ? 6 : 106;
    },
  };
  expect(new WheelSteps().take(event)).toBe(2);
});

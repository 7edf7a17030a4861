import { expect, test } from 'vitest';
import { MachineClock } from '../../../src/isolate/clock.ts';

test('runs with the host, and stands still while paused', () => {
  let host = 1000;
  const clock = new MachineClock(() => host);
  expect(clock.nanoseconds()).toBe(0);
  clock.resume();
  host = 1500;
  expect(clock.nanoseconds()).toBe(500);
  clock.pause();
  clock.pause();
  host = 9000;
  expect(clock.nanoseconds()).toBe(500);
  clock.resume();
  clock.resume();
  host = 9100;
  expect(clock.nanoseconds()).toBe(600);
  expect(clock.toHost(700)).toBe(9200);
  clock.pause();
  expect(clock.toHost(700)).toBe(Number.POSITIVE_INFINITY);
});

import { expect, test } from 'vitest';
import { VirtualClock } from '../../../runtime/time/clock.ts';
import { restore } from '../../support/restore.ts';

function makeClock(): { clock: VirtualClock; source: { time: number } } {
  const source = { time: 5000 };
  return { clock: new VirtualClock({ nanoseconds: () => source.time }), source };
}

test('a clock starts paused at 0, and follows its source from resume to pause', () => {
  const { clock, source } = makeClock();
  source.time += 100;
  expect(clock.now()).toBe(0);
  clock.resume();
  source.time += 70;
  expect(clock.now()).toBe(70);
  clock.pause();
  source.time += 1000;
  expect(clock.now()).toBe(70);
  clock.resume();
  source.time += 5;
  expect(clock.now()).toBe(75);
});

test('pausing or resuming twice changes nothing', () => {
  const { clock, source } = makeClock();
  clock.resume();
  source.time += 10;
  clock.resume();
  source.time += 10;
  clock.pause();
  clock.pause();
  expect(clock.now()).toBe(20);
});

test('a set time goes on from there', () => {
  const { clock, source } = makeClock();
  clock.resume();
  source.time += 10;
  clock.set(1e9);
  source.time += 10;
  expect(clock.now()).toBe(1e9 + 10);
});

test('the saved time is that of saving, and loads into a running clock', () => {
  const { clock, source } = makeClock();
  clock.resume();
  source.time += 42;
  const saved = clock.component.save();
  expect(saved).toEqual({ time: 42 });
  source.time += 1000;
  restore(clock.component, saved);
  source.time += 1;
  expect(clock.now()).toBe(43);
});

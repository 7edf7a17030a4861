import { expect, test, vi } from 'vitest';
import { holdKeys } from '../../../src/input/held-keys.ts';

/** A keyboard that notes what is done with its keys. */
function notes() {
  const done: string[] = [];
  const note = (what: string) => async (key: string | number) => void done.push(`${what} ${key}`);
  return { done, keyboard: { down: note('down'), up: note('up') } };
}

test('keys that are pressed while others are held wait until these are up', async () => {
  const { done, keyboard } = notes();
  const first = holdKeys(keyboard, ['shift', 'a'], 20);
  await holdKeys(keyboard, ['b'], 1);
  await first;
  expect(done).toEqual(['down shift', 'down a', 'up a', 'up shift', 'down b', 'up b']);
});

test('keys that a machine no longer takes keep no others from being pressed', async () => {
  const { done, keyboard } = notes();
  const gone = { ...keyboard, down: () => Promise.reject(new Error('the machine has ended')) };
  await holdKeys(gone, ['a'], 1);
  await holdKeys(gone, ['b'], 1);
  expect(done).toEqual(['up a', 'up b']);
});

test('keys that are to be held for longer than a timer can wait are held so long: Node would let them go at once', async () => {
  vi.useFakeTimers();
  const { done, keyboard } = notes();
  void holdKeys(keyboard, ['a'], 2 ** 32);
  await vi.advanceTimersByTimeAsync(2 ** 31 - 2);
  expect(done).toEqual(['down a']);
  await vi.advanceTimersByTimeAsync(1);
  vi.useRealTimers();
  expect(done).toEqual(['down a', 'up a']);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KeptThread } from '../../../../src/node/threads/kept-thread.ts';
import { SpareThread } from '../../../../src/node/threads/spare-thread.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A process that restores machines: the threads that were made ahead, and which of them have ended. */
function makeProcess() {
  const spare = new SpareThread();
  const made: (KeptThread & { isUsable: boolean })[] = [];
  const ended: unknown[] = [];
  const start = () => {
    const thread = { isUsable: true, end: async () => void ended.push(thread) } as unknown as (typeof made)[number];
    made.push(thread);
    return thread;
  };
  /** The thread that the next machine has found, if it has. */
  const restore = () => {
    const thread = spare.take();
    spare.renew(start);
    return thread;
  };
  return { spare, start, made, ended, restore };
}

test('a program that restores one machine has no thread made ahead', () => {
  const { made, restore } = makeProcess();
  expect([restore(), made.length]).toEqual([undefined, 0]);
});

test('one that restores more finds a thread ready, of which there is one at most', () => {
  const { spare, start, made, restore } = makeProcess();
  restore();
  expect(restore()).toBeUndefined();
  spare.renew(start);
  expect(made.length).toBe(1);
  expect(restore()).toBe(made[0]);
  expect(restore()).toBe(made[1]);
});

test('one that fails while it waits is ended, and not lent', () => {
  const { made, ended, restore } = makeProcess();
  restore();
  restore();
  made[0]!.isUsable = false;
  expect([restore(), ended]).toEqual([undefined, [made[0]]]);
});

test('one that nobody wants for long ends', () => {
  const { spare, made, ended, restore } = makeProcess();
  restore();
  restore();
  vi.runAllTimers();
  expect([ended, spare.take()]).toEqual([[made[0]], undefined]);
});

test('one that was lent does not end with the time that it might have waited', () => {
  const { ended, restore, spare } = makeProcess();
  restore();
  restore();
  spare.take();
  vi.runAllTimers();
  expect(ended).toEqual([]);
});

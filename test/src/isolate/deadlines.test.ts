import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { Deadline, SharedDeadlines } from '../../../src/isolate/deadlines.ts';
import { Wake } from '../../../src/isolate/wake.ts';
import { nanoseconds } from '../../../src/node/threads/threads.ts';
import { STATE_BYTES, Word } from '../../../translator/abi/state.ts';

test('what is written is read, with a version that moves', () => {
  const writer = new SharedDeadlines();
  const reader = new SharedDeadlines(writer.buffer);
  const before = reader.read();
  expect(before?.times).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  writer.set(Deadline.loop, 5);
  const after = reader.read();
  expect(after?.times).toEqual([Number.POSITIVE_INFINITY, 5]);
  expect(after?.version).not.toBe(before?.version);
});

/** Waits, in milliseconds of patience, until another thread has set the word. */
const wordSet = (state: Int32Array, word: number) => expect.poll(() => Atomics.load(state, word), { timeout: 10_000 });

test('the ticker calls later while the machine sleeps', () => {
  const deadlines = new SharedDeadlines();
  const { late } = deadlines;
  deadlines.isMachineAsleep = true;
  expect(deadlines.late).toBeGreaterThan(late);
  deadlines.isMachineAsleep = false;
  expect(deadlines.late).toBe(late);
});

test('the ticker calls at each deadline, however they are set', async () => {
  const state = new Int32Array(new SharedArrayBuffer(STATE_BYTES));
  const deadlines = new SharedDeadlines();
  const workerData = { deadlines: deadlines.buffer };
  const ticker = new Worker(new URL('../../../src/node/threads/ticker.ts', import.meta.url), { workerData });
  ticker.postMessage(state);
  const clear = () => {
    for (const which of [Deadline.core, Deadline.loop]) deadlines.set(which, Number.POSITIVE_INFINITY);
    for (const word of [Word.attention, Word.wake]) Atomics.store(state, word, 0);
  };

  deadlines.set(Deadline.core, nanoseconds() + 3600e9);
  deadlines.set(Deadline.core, nanoseconds() + 1e6);
  await wordSet(state, Word.attention).toBe(1);
  expect(Atomics.load(state, Word.wake)).toBe(0);
  clear();
  deadlines.set(Deadline.loop, nanoseconds());
  await wordSet(state, Word.attention).toBe(1);
  expect(Atomics.load(state, Word.wake)).toBe(Wake.loop);
  clear();
  deadlines.set(Deadline.core, nanoseconds() + 5e6);
  await wordSet(state, Word.attention).toBe(1);
  clear();
  deadlines.isMachineAsleep = true;
  deadlines.set(Deadline.core, nanoseconds() + 5e6);
  await wordSet(state, Word.attention).toBe(1);
  clear();
  deadlines.set(Deadline.core, nanoseconds() + 5e6);
  deadlines.isMachineAsleep = false;
  deadlines.set(Deadline.core, nanoseconds() + 5e6);
  await wordSet(state, Word.attention).toBe(1);
  await ticker.terminate();
});

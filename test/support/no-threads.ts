import type { Worker } from 'node:worker_threads';
import { afterAll, expect } from 'vitest';
import { watch } from './stuck-tests.ts';

/** Threads of a process that files share: what a file leaves running takes memory and time of those after it. */
const started = new Set<Worker>();
const note = (worker: Worker): void => {
  // Node tells of a thread some time after it was made: of that one perhaps only now.
  if (worker === watch) return;
  started.add(worker);
  worker.once('exit', () => started.delete(worker));
};

process.on('worker', note);
afterAll(() => {
  process.off('worker', note);
  expect(
    [...started].map(({ threadId }) => threadId),
    'threads that this file has left running',
  ).toEqual([]);
});
